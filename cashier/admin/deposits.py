"""Deposits, read only, with the two acts of the desk: ask the PSP now, refund by hand (C2, C6)."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from cashier.admin import choices
from cashier.admin.deposit_parts import about_panel, attempts_panel, captures_panel, refunds_panel
from cashier.admin.frozen import frozen_of, frozen_panel
from cashier.admin.outgoing_deliveries import told_of
from cashier.admin.payers import payer_panel
from cashier.admin.routing.decisions import decision_events, decisions_of, decisions_panels
from cashier.admin.totals import RailTotalsPages
from cashier.models import Capture, DepositIntent, DepositState, PspEvent, Refund
from cashier.models.deposits import OPEN_STATES
from cashier.operations import refund_by_hand
from cashier.queries.rails import name_of
from ledger.admin.frames import (
    SHOWN,
    Act,
    Column,
    Done,
    Event,
    Fact,
    Filter,
    ListFrame,
    Page,
    Record,
    Standing,
    View,
    chip_cell,
    get_chip,
    hidden,
    money_cell,
    reason_field,
    ref_cell,
    when_cell,
)
from ledger.admin.frames.records import raw, timeline
from ledger.admin.frames.text import money_text, sentence
from ledger.admin.story import postings_of, transition_events
from ledger.ids import from_public
from ledger.models import ApprovalRequest
from ledger.money import get_asset, parse_minor
from ledger.refusals import LedgerError

State = DepositState


def search_deposits(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """By our id, the player's id, or the PSP's reference of an attempt or capture."""
    for prefix, lookup in (("pi_", "pk"), ("pl_", "player_id")):
        if text.lower().startswith(prefix):
            try:
                return rows.filter(**{lookup: from_public(text.lower(), prefix)})
            except LedgerError:
                return rows.none()
    captures = Capture.objects.filter(psp_ref=text).values("intent_id")
    return rows.filter(pk__in=captures) | rows.filter(attempts__psp_ref=text)


def _refundable(intent: DepositIntent) -> Capture | None:
    return next((capture for capture in intent.captures.all() if capture.state == "SUCCEEDED" and capture.refundable_minor > 0), None)


def _refund_standing(intent: DepositIntent, page: Page) -> Standing:
    return SHOWN if _refundable(intent) else hidden("Nothing of this deposit can be refunded.")


class AmountField(forms.CharField):
    """Major units, as people type them; cleaned to minor units of the currency."""

    def __init__(self, currency: str, **options: Any) -> None:
        self.currency = currency
        exponent = get_asset(currency).exponent
        attrs = {"inputmode": "decimal", "data-ops-amount": currency, "data-ops-decimals": str(exponent)}
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)

    def clean(self, value: Any) -> int:
        text = super().clean(value).replace(",", "").strip()
        try:
            return parse_minor(text, get_asset(self.currency))
        except LedgerError as refusal:
            raise forms.ValidationError(f"Write an amount like 4200 or 4200.50 {self.currency}. {refusal}") from refusal


def _refund_fields(intent: DepositIntent, page: Page) -> dict[str, forms.Field]:
    capture = _refundable(intent)
    if capture is None:
        return {}
    whole = money_text(capture.refundable_minor, capture.currency)
    return {
        "amount_minor": AmountField(capture.currency, label=f"Amount, {capture.currency}", help_text=f"At most {whole}."),
        "source": forms.ChoiceField(
            label="Who pays it", choices=[("playable", "The player's balance"), ("late", "Held late money"), ("house", "The house")]
        ),
        "reason": reason_field(),
    }


def _refund(intent: DepositIntent, data: Mapping[str, Any], page: Page) -> Done:
    capture = _refundable(intent)
    assert capture is not None
    made = refund_by_hand(
        capture_id=capture.pk,
        amount_minor=data["amount_minor"],
        source=data["source"],
        reason=data["reason"],
        maker=page.actor,
        now=page.now,
    )
    words = money_text(data["amount_minor"], capture.currency)
    return Done(
        f"Refund of {words} waits for a second person." if isinstance(made, ApprovalRequest) else f"Refund of {words} is on its way."
    )


def _late(rows: QuerySet[Any], page: Page) -> QuerySet[Any]:
    return rows.filter(state__in=OPEN_STATES, expires_at__lte=page.now)


@admin.register(DepositIntent)
class DepositIntentAdmin(RailTotalsPages):
    frame = ListFrame(
        question="Did the money come in?",
        columns=(
            Column("Started", lambda row, page: when_cell(row.created_at, page.now), area="b"),
            Column("Deposit", lambda row, page: ref_cell(row.public_id), area="more"),
            Column("Amount", lambda row, page: money_cell(row.gross_minor, row.currency, trim=True), kind="num", area="a"),
            Column("State", lambda row, page: chip_cell("deposit", row.state), area="c"),
            Column("Player", lambda row, page: ref_cell(row.player.public_id), area="more"),
            Column("Method", lambda row, page: name_of(row.method), area="d"),
            Column("PSP account", lambda row, page: row.merchant_account.code if row.merchant_account else "—", area="late"),
            Column("Declined because", lambda row, page: sentence(row.decline_code) if row.decline_code else "—", area="late"),
        ),
        views=(
            View("all", "All", lambda rows, page: rows, counted=False),
            View("open", "Not ended", lambda rows, page: rows.filter(state__in=OPEN_STATES)),
            View("overdue", "Past their time", _late, urgent=True),
            View("captured", "Captured", lambda rows, page: rows.filter(state=State.CAPTURED), counted=False),
            View("failed", "Failed", lambda rows, page: rows.filter(state=State.FAILED), counted=False),
        ),
        order=("-id",),
        filters=(
            Filter("state", "State", choices=lambda: [(state.value, get_chip("deposit", state.value).word) for state in State]),
            Filter("brand", "Brand", choices=choices.brands),
            Filter("merchant_account", "Merchant account", choices=choices.accounts),
            Filter("method", "Method", choices=choices.methods),
            Filter("currency", "Currency", choices=choices.currencies),
            Filter("amount_from", "Amount from", lookup="gross_minor__gte", kind="amount"),
        ),
        fill=lambda page: {"strip": "ops/totals_link.html"},
        search=search_deposits,
        search_hint="Exact id or PSP reference",
        related=("player", "merchant_account"),
        done_words="No deposit yet.",
    )
    acts = (
        Act(
            "refund",
            "Refund…",
            "cashier.refund_capture",
            _refund,
            standing=_refund_standing,
            title="Refund by hand",
            fields=_refund_fields,
            guards_staleness=True,
            approver="Above 100.00, or paid by the house: needs a second person",
        ),
    )

    def list_words(self) -> str:
        return "Deposits"

    def heading(self, obj: Any) -> str:
        return "Deposit"

    def record(self, obj: DepositIntent, page: Page) -> Record:
        captures = list(obj.captures.select_related("merchant_account"))
        refunds = list(Refund.objects.filter(capture__in=captures))
        facts = [
            Fact("Amount", money_cell(obj.gross_minor, obj.currency)),
            Fact("Captured", money_cell(obj.captured_minor, obj.currency)),
            Fact("Refunded", money_cell(obj.refunded_minor, obj.currency)),
            Fact("Player", ref_cell(obj.player.public_id)),
            Fact("Brand", obj.brand.name),
            Fact("PSP account", obj.merchant_account.code if obj.merchant_account else "—"),
            Fact("Method", name_of(obj.method)),
        ]
        return Record(
            question="What happened to this deposit?",
            headline=_headline(obj),
            code=obj.public_id,
            chip=get_chip("deposit", obj.state),
            facts=facts,
            main=[
                timeline(_events(obj, captures, refunds, page)),
                attempts_panel(obj),
                *payer_panel(obj, page),
                *decisions_panels(decisions_of(obj)),
                frozen_panel(frozen_of(intent=obj), page),
                captures_panel(captures, page),
                refunds_panel(refunds, page),
                postings_of(obj.public_id, page),
                told_of(obj.public_id, page),
            ],
            side=[
                about_panel(obj, page),
                raw("Gates", json.dumps(obj.gates, indent=2)),
                raw("Metadata", json.dumps(obj.metadata, indent=2)),
            ],
        )


def _headline(obj: DepositIntent) -> str:
    where = f" by {obj.merchant_account.code}" if obj.merchant_account else ""
    ended = {
        State.CAPTURED: f"captured{where}",
        State.FAILED: f"declined{where}: {sentence(obj.decline_code).lower()}" if obj.decline_code else f"failed{where}",
    }
    return f"Deposit of {money_text(obj.gross_minor, obj.currency)}, {ended.get(obj.state, get_chip('deposit', obj.state).word.lower())}"


def _events(obj: DepositIntent, captures: list[Capture], refunds: list[Refund], page: Page) -> list[Event]:
    events = [Event(obj.created_at, "Deposit started", "system", obj.client_id), *transition_events(obj, "deposit", page)]
    events += decision_events(decisions_of(obj))
    for capture in captures:
        events += transition_events(capture, "capture", page, source="psp")
    for refund in refunds:
        events += transition_events(refund, "refund", page, source="psp")
    heard = PspEvent.objects.filter(intent_ref=obj.public_id).select_related("work").order_by("received_at")[:100]
    events += [
        Event(
            row.received_at, f"Heard: {sentence(row.event.replace('.', ' '))}", "psp", get_chip("event", row.work.state).word, row.public_id
        )
        for row in heard
    ]
    return events
