"""What we asked PSPs for because its event did not come (W6); read only."""

from typing import Any

from django.contrib import admin

from cashier.admin import choices
from cashier.models import Capture, DepositIntent, EventPull, PayoutIntent, Refund
from ledger.admin.frames import Column, Fact, Filter, ListFrame, OpsAdmin, Page, Record, View, moment_cell, ref_cell, when_cell
from ledger.admin.frames.records import values
from ledger.admin.frames.text import sentence
from ledger.clock import real_now
from ledger.ids import to_public

PREFIXES = {"deposit": DepositIntent.PREFIX, "capture": Capture.PREFIX, "refund": Refund.PREFIX, "payout": PayoutIntent.PREFIX}


def _about(row: EventPull) -> str:
    return ref_cell(to_public(PREFIXES[row.kind], row.object_id))


@admin.register(EventPull)
class EventPullAdmin(OpsAdmin):
    frame = ListFrame(
        question="What did we have to ask for ourselves?",
        columns=(
            Column("Asked", lambda row, page: when_cell(row.asked_at, real_now()) if row.asked_at else "not yet", area="b"),
            Column("Of", lambda row, page: _about(row), area="a"),
            Column("Kind", lambda row, page: sentence(row.kind), area="more"),
            Column("Account", lambda row, page: row.merchant_account.code, area="c"),
            Column("Times", lambda row, page: str(row.tries), kind="num", area="d"),
            Column("Events that came of it", lambda row, page: str(row.pulled), kind="num", area="late"),
            Column("Asked again", lambda row, page: when_cell(row.next_ask_at, real_now()), area="late"),
        ),
        views=(
            View("all", "All", lambda rows, page: rows, counted=False),
            View("lost", "Events that were lost", lambda rows, page: rows.filter(pulled__gt=0), counted=False),
            View("silent", "Asked often, no news", lambda rows, page: rows.filter(tries__gte=5, pulled=0), counted=False),
        ),
        order=("-id",),
        filters=(
            Filter("merchant_account", "Merchant account", choices=choices.accounts),
            Filter("kind", "Kind", choices=lambda: [(row.value, sentence(row.value)) for row in EventPull.Kind]),
        ),
        related=("merchant_account",),
        done_words="Every event came by itself.",
    )

    def list_words(self) -> str:
        return "Events asked for"

    def heading(self, obj: Any) -> str:
        return "Event asked for"

    def record(self, obj: EventPull, page: Page) -> Record:
        at = real_now()
        return Record(
            question="What did we have to ask for ourselves?",
            headline=f"{sentence(obj.kind)} at {obj.merchant_account.code}: asked {obj.tries} times, {obj.pulled} events came of it",
            facts=[
                Fact("Of", _about(obj)),
                Fact("Account", ref_cell(obj.merchant_account.public_id)),
                Fact("Last asked", moment_cell(obj.asked_at, at) if obj.asked_at else "not yet"),
                Fact("Asked again", moment_cell(obj.next_ask_at, at)),
            ],
            side=[values("Why", [("Reason", "its call was answered, and its end was never told")])],
        )
