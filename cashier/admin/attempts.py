"""Attempts at PSPs, read only: what was asked, what came back (C7, C13)."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from cashier.admin import choices
from cashier.models import Attempt, PspCall
from ledger.admin.frames import (
    Column,
    Event,
    Fact,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    View,
    chip_cell,
    get_chip,
    moment_cell,
    money_cell,
    ref_cell,
    text_cell,
    when_cell,
)
from ledger.admin.frames.records import raw, timeline, values
from ledger.admin.frames.text import money_text, sentence

Call = PspCall.CallState


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(psp_ref=text)


@admin.register(Attempt)
class AttemptAdmin(OpsAdmin):
    frame = ListFrame(
        question="What did we ask the PSP, and what did it say?",
        columns=(
            Column("Started", lambda row, page: when_cell(row.created_at, page.now), area="b"),
            Column("Attempt", lambda row, page: ref_cell(row.public_id)),
            Column("Amount", lambda row, page: money_cell(row.amount_minor, row.currency, trim=True), kind="num", area="a"),
            Column("Call", lambda row, page: chip_cell("call", row.call_state), area="c"),
            Column("Outcome", lambda row, page: sentence(row.outcome) if row.outcome else "—", area="d"),
            Column("Declined because", lambda row, page: sentence(row.decline_code) if row.decline_code else "—", area="late"),
            Column("PSP account", lambda row, page: row.merchant_account.code),
            Column("PSP ref", lambda row, page: text_cell(row.psp_ref), area="late"),
        ),
        views=(
            View("all", "All", lambda rows, page: rows, counted=False),
            View("unknown", "Outcome unknown", lambda rows, page: rows.filter(call_state=Call.UNKNOWN), urgent=True),
            View("open", "On their way", lambda rows, page: rows.filter(call_state__in=PspCall.OPEN_CALLS)),
        ),
        order=("-id",),
        filters=(
            Filter("merchant_account", "Merchant account", choices=choices.accounts),
            Filter("call_state", "Call", choices=lambda: [(state.value, get_chip("call", state.value).word) for state in Call]),
            Filter("currency", "Currency", choices=choices.currencies),
        ),
        search=_search,
        search_hint="Exact PSP reference",
        related=("merchant_account",),
        done_words="Nothing was tried yet.",
    )

    def heading(self, obj: Any) -> str:
        return "Attempt"

    def record(self, obj: Attempt, page: Page) -> Record:
        facts = [
            Fact("Amount", money_cell(obj.amount_minor, obj.currency)),
            Fact("Call", chip_cell("call", obj.call_state)),
            Fact("Deposit", ref_cell(obj.intent.public_id)),
            Fact("Account", obj.merchant_account.code),
            Fact("PSP ref", obj.psp_ref or "—"),
            Fact("Tries", str(obj.tries)),
        ]
        told = values(
            "What the PSP said",
            [
                ("Outcome", sentence(obj.outcome) if obj.outcome else "—"),
                ("Declined because", sentence(obj.decline_code) if obj.decline_code else "—"),
                ("Try again", sentence(obj.decline_retry) if obj.decline_retry else "—"),
                ("3-DS version", obj.three_ds_version or "—"),
                ("Challenge", "the player was sent to one" if obj.is_challenged else "none"),
                ("ECI", obj.eci or "—"),
                ("DS transaction", obj.ds_trans_id or "—"),
                ("AVS", obj.avs or "—"),
                ("CVV check", obj.cvv or "—"),
                ("Error", obj.error or "—"),
            ],
        )
        events = [Event(obj.created_at, "Recorded", "system")]
        events += [Event(obj.sent_at, "Sent to the PSP", "system")] if obj.sent_at else []
        events += [Event(obj.answered_at, f"Answered: {sentence(obj.outcome)}", "psp")] if obj.answered_at else []
        return Record(
            question="What did we ask, and what came back?",
            headline=f"Attempt {obj.number} of {money_text(obj.amount_minor, obj.currency)}",
            code=obj.public_id,
            chip=get_chip("call", obj.call_state),
            facts=facts,
            main=[told, timeline(events)],
            side=[
                values(
                    "About",
                    [
                        ("Started", moment_cell(obj.created_at, page.now)),
                        ("Idempotency key", obj.idempotency_key),
                        ("Trace", obj.trace_id or "—"),
                    ],
                ),
                raw("Answer", json.dumps(obj.answer, indent=2)),
            ],
        )
