"""Payouts: may this money leave? (P3, P4, UX 4.4). The decision is the four-eyes one, taken on the payout's own page."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from cashier.admin import choices
from cashier.admin.payout_record import latest_gates, payout_record
from cashier.models import PayoutIntent, PayoutState
from cashier.operations.payouts.cancel import UNSENT_STATES, cancel_payout
from cashier.queries.rails import name_of
from ledger.admin.approvals import approvals_words
from ledger.admin.frames import (
    SHOWN,
    Act,
    Column,
    Done,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    Standing,
    View,
    chip_cell,
    disabled,
    get_chip,
    hidden,
    money_cell,
    reason_field,
    ref_cell,
    when_cell,
)
from ledger.admin.frames.text import money_text
from ledger.errors import BadPublicId
from ledger.models import ApprovalRequest
from ledger.operations import decide, holds_permission

State = PayoutState
MAY = "cashier.approve_payout"
Rows = QuerySet[Any]


def approval_of(payout: PayoutIntent, page: Page) -> ApprovalRequest | None:
    """The payout's open or decided request; the page's lists look theirs up once."""
    known = page.memo.setdefault("approvals", {})
    if payout.approval_id and payout.approval_id not in known:
        known[payout.approval_id] = (
            ApprovalRequest.objects.prefetch_related("decisions").filter(pk=ApprovalRequest.id_of(payout.approval_id)).first()
        )
    found: ApprovalRequest | None = known.get(payout.approval_id)
    return found


def _fetch_approvals(payouts: list[PayoutIntent], page: Page) -> None:
    ids = [ApprovalRequest.id_of(payout.approval_id) for payout in payouts if payout.approval_id]
    found = ApprovalRequest.objects.prefetch_related("decisions").filter(pk__in=ids)
    page.memo["approvals"] = {request.public_id: request for request in found}


def _why(payout: PayoutIntent, page: Page) -> str:
    request = approval_of(payout, page)
    return request.reason if request else "—"


def _given(payout: PayoutIntent, page: Page) -> str:
    request = approval_of(payout, page)
    return approvals_words(request) if request else "—"


def _decidable(payout: PayoutIntent, page: Page) -> Standing:
    request = approval_of(payout, page)
    if payout.state != State.UNDER_REVIEW or request is None or request.state != ApprovalRequest.State.PENDING:
        return hidden("It does not wait for a decision.")
    if request.maker_kind == "user" and request.maker_id == str(page.user.pk):
        return hidden("You asked for it: somebody else decides.")
    if not holds_permission(page.user, MAY):
        return hidden(f"Deciding this needs the permission {MAY}.")
    if any(decision.checker_id == page.user.pk for decision in request.decisions.all()):
        return hidden("You have said yes; a second person decides.")
    if payout.player.public_id in page.user.player_refs:
        return disabled("It is your own player account: somebody else decides.")
    return SHOWN


def _cancelable(payout: PayoutIntent, page: Page) -> Standing:
    return SHOWN if payout.state in UNSENT_STATES else hidden("It was sent, or has ended.")


def _needs_reason(payout: PayoutIntent) -> bool:
    return any(gate["result"] != "pass" for gate in latest_gates(payout))


def _decide(payout: PayoutIntent, approve: bool, reason: str, page: Page) -> Done:
    request = approval_of(payout, page)
    assert request is not None
    after = decide(request_id=request.pk, approve=approve, checker=page.user, reason=reason, now=page.now)
    amount = money_text(payout.amount_minor, payout.currency)
    if not approve:
        return Done(f"Rejected: {amount} stays with the player.", advance=True)
    done = after.state == ApprovalRequest.State.APPROVED
    return Done(f"Approved: {amount} is on its way." if done else f"Your yes to {amount} is kept; a second person decides.", advance=True)


def _approve(payout: PayoutIntent, data: Mapping[str, Any], page: Page) -> Done:
    return _decide(payout, True, data.get("reason", ""), page)


def _reject(payout: PayoutIntent, data: Mapping[str, Any], page: Page) -> Done:
    return _decide(payout, False, data["reason"], page)


def _cancel(payout: PayoutIntent, data: Mapping[str, Any], page: Page) -> Done:
    cancel_payout(payout_id=payout.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done(f"Cancelled: {money_text(payout.amount_minor, payout.currency)} is back with the player.")


def _approve_fields(payout: PayoutIntent, page: Page) -> dict[str, forms.Field]:
    needed = _needs_reason(payout)
    return {
        "reason": reason_field(
            "Reason" if needed else "Note",
            required=needed,
            help_text="A gate asked for a person: say why the money may leave." if needed else "",
        )
    }


def _search(rows: Rows, text: str) -> Rows:
    try:
        return rows.filter(pk=PayoutIntent.id_of(text.lower())) if text.lower().startswith("po_") else rows.filter(psp_ref=text)
    except BadPublicId:
        return rows.none()


@admin.register(PayoutIntent)
class PayoutIntentAdmin(OpsAdmin):
    frame = ListFrame(
        question="May this money leave?",
        columns=(
            Column("Waiting since", lambda row, page: when_cell(row.created_at, page.now), area="b"),
            Column("Amount", lambda row, page: money_cell(row.amount_minor, row.currency, trim=True), kind="num", area="a"),
            Column("Payout", lambda row, page: ref_cell(row.public_id)),
            Column("Player", lambda row, page: f"{row.player.external_id}{' · VIP' if row.player.is_vip else ''}", kind="name", area="c"),
            Column("To", lambda row, page: f"{name_of(row.instrument.method)} {row.instrument.masked}", area="late"),
            Column("Why a person is asked", _why, area="late"),
            Column("Approvals", _given),
            Column("State", lambda row, page: chip_cell("payout", row.state), area="d"),
        ),
        views=(
            View("decide", "To decide", lambda rows, page: rows.filter(state=State.UNDER_REVIEW), urgent=True),
            View("vip", "VIP", lambda rows, page: rows.filter(state=State.UNDER_REVIEW, player__is_vip=True)),
            View("sent", "Sent, not confirmed", lambda rows, page: rows.filter(state__in=[State.APPROVED, State.SUBMITTED])),
            View(
                "returned", "Failed or returned", lambda rows, page: rows.filter(state__in=[State.FAILED, State.RETURNED]), order=("-id",)
            ),
            View("all", "All", lambda rows, page: rows, counted=False, order=("-id",)),
        ),
        order=("created_at", "id"),
        filters=(
            Filter("state", "State", choices=lambda: [(state.value, get_chip("payout", state.value).word) for state in State]),
            Filter("brand", "Brand", choices=choices.brands),
            Filter("currency", "Currency", choices=choices.currencies),
            Filter("amount_from", "Amount from", lookup="amount_minor__gte", kind="amount"),
            Filter("amount_to", "Amount up to", lookup="amount_minor__lte", kind="amount"),
        ),
        amount="amount_minor",
        search=_search,
        search_hint="Exact id or PSP reference",
        related=("player", "instrument"),
        prepare=_fetch_approvals,
        done_words="No payout waits for a decision.",
    )
    acts = (
        Act(
            "cancel",
            "Cancel…",
            "cashier.approve_payout",
            _cancel,
            kind="menu",
            standing=_cancelable,
            title="Cancel this payout",
            fields=lambda payout, page: {"reason": reason_field()},
        ),
        Act(
            "reject",
            "Reject…",
            MAY,
            _reject,
            kind="danger",
            key="n",
            standing=_decidable,
            title="Reject this payout",
            fields=lambda payout, page: {"reason": reason_field()},
        ),
        Act(
            "approve",
            lambda payout, page: f"Approve {money_text(payout.amount_minor, payout.currency)}",
            MAY,
            _approve,
            kind="primary",
            key="y",
            standing=_decidable,
            fields=_approve_fields,
        ),
    )
    rail_columns = (1, 0, 3, 6)

    def list_words(self) -> str:
        return "Payouts"

    def heading(self, obj: Any) -> str:
        return "Payout"

    def version_of(self, obj: PayoutIntent) -> str:
        request = ApprovalRequest.objects.filter(pk=ApprovalRequest.id_of(obj.approval_id)).first() if obj.approval_id else None
        given = request.decisions.count() if request else 0
        return f"{obj.updated_at.isoformat()}:{given}"

    def record(self, obj: PayoutIntent, page: Page) -> Record:
        return payout_record(obj, approval_of(obj, page), page)
