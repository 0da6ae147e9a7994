"""The journal, read only (L2): one posting with both its sides, its source, and who posted it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from ledger.admin.frames import (
    Column,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    View,
    ref_cell,
    text_cell,
    when_cell,
)
from ledger.admin.people import actor_words
from ledger.admin.reversing import REVERSE
from ledger.admin.story import event_words
from ledger.admin.transaction import transaction_record
from ledger.models import JournalTransaction
from ledger.refusals import Refused


def search_journal(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """By exact id, posting key, or the id of an intent or player."""
    try:
        return rows.filter(pk=JournalTransaction.id_of(text.lower()))
    except Refused:
        return rows.filter(posting_key=text) | rows.filter(intent_ref=text.lower()) | rows.filter(player_ref=text.lower())


@admin.register(JournalTransaction)
class JournalTransactionAdmin(OpsAdmin):
    frame = ListFrame(
        question="What was posted?",
        columns=[
            Column("Posted", lambda row, page: when_cell(row.posted_at, page.now), area="b"),
            Column("What", lambda row, page: event_words(row.kind.lower()), kind="name", area="a"),
            Column("Transaction", lambda row, page: ref_cell(row.public_id), area="c"),
            Column("For", lambda row, page: ref_cell(row.intent_ref)),
            Column("Player", lambda row, page: ref_cell(row.player_ref), area="late"),
            Column("Currency", lambda row, page: text_cell(row.currency), area="d"),
            Column("Business day", lambda row, page: f"{row.business_date.day} {row.business_date:%b %Y}"),
            Column("By", lambda row, page: actor_words(row.actor_kind, row.actor_id, page), area="late"),
        ],
        views=[
            View("all", "All", lambda rows, page: rows, counted=False),
            View("reversals", "Reversals", lambda rows, page: rows.filter(reverses__isnull=False)),
            View("hand", "By a person", lambda rows, page: rows.filter(actor_kind="user"), counted=False),
        ],
        order=("-id",),
        filters=[Filter("business_date", "Business day", kind="date"), Filter("currency", "Currency", kind="text")],
        search=search_journal,
        search_hint="Exact id or posting key",
        done_words="Nothing was posted yet.",
    )

    acts = (REVERSE,)

    def list_words(self) -> str:
        return "Journal"

    def record(self, obj: JournalTransaction, page: Page) -> Record:
        return transaction_record(obj, page)
