"""The frames that every page of the back office is built from: lists, records, buttons. They know no app's models but the user."""

from ledger.admin.frames.acts import SHOWN, Act, Done, Standing, disabled, hidden, money_field, reason_field
from ledger.admin.frames.cells import chip_cell, due_cell, moment_cell, money_cell, ref_cell, text_cell, when_cell
from ledger.admin.frames.chips import Chip, Tone, chip_map, get_chip
from ledger.admin.frames.filters import Filter, states_of
from ledger.admin.frames.list_frame import Column, KeptView, ListFrame, View
from ledger.admin.frames.model_admin import OpsAdmin
from ledger.admin.frames.page import Page, page_of
from ledger.admin.frames.receipts import Receipt, receipt_of
from ledger.admin.frames.records import CompareRow, Event, Fact, Panel, Record, Side, Step, Term

__all__ = [
    "SHOWN",
    "Act",
    "Chip",
    "Column",
    "CompareRow",
    "Done",
    "Event",
    "Fact",
    "Filter",
    "KeptView",
    "ListFrame",
    "OpsAdmin",
    "Page",
    "Panel",
    "Receipt",
    "Record",
    "Side",
    "Standing",
    "Step",
    "Term",
    "Tone",
    "View",
    "chip_cell",
    "chip_map",
    "disabled",
    "due_cell",
    "get_chip",
    "hidden",
    "moment_cell",
    "money_cell",
    "money_field",
    "page_of",
    "reason_field",
    "receipt_of",
    "ref_cell",
    "states_of",
    "text_cell",
    "when_cell",
]
