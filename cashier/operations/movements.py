"""Evidence from a settlement report (POSTINGS.md 3.5, "first, evidence"): a line proves a state that we do not hold."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from cashier.models import DepositIntent, PayoutIntent, PayoutState, Refund, RefundState
from cashier.operations.calls import lookup
from cashier.operations.refund_outcomes import RefundEnd, is_in_other_currency, process_refund, reverse_refund, tell_executed
from cashier.operations.resolve import resolve_intent
from cashier.operations.told_amounts import NONE_STATED, PAYOUT, RETURN, asked_minor, is_other_currency, tell_told, told_by
from cashier.psp.base import LookupMovement, PspFailure
from ledger.actors import Actor, system_actor
from ledger.ids import BadPublicId

RECONCILER = system_actor("reconciliation")
Kind = Literal["capture", "refund", "refund_reversal", "payout", "payout_return"]


def confirm_movement(*, kind: Kind, merchant_reference: str, psp_reference: str, now: datetime, actor: Actor = RECONCILER) -> str:
    """Ask the PSP once for the object that a settlement line names, and book what it confirms by the normal path (C3).

    merchant_reference: `pi_…` for a capture, `rf_…` for a refund or its reversal, `po_…` for a payout or its return.
    psp_reference: the line's Psp Reference. Must be called with no transaction open: it makes an HTTP call.

    Returns, for the line's own case and match:
      "credited"           deposit.captured is booked now (LEDGER_CREDIT_MISSING_PSP_SUCCESS)
      "late_money"         deposit.late_money is booked now; case PSP_SUCCESS_AFTER_TERMINAL is raised here, dedupe_key
                           "PSP_SUCCESS_AFTER_TERMINAL:<cap_…>"
      "duplicate_capture"  the same for a second capture; case DUPLICATE_PSP_CAPTURE is raised here, dedupe_key
                           "DUPLICATE_PSP_CAPTURE:<cap_…>"
      "payer_held"         stays pending for who paid it (K10); case PAYER_NAME_MISMATCH is raised here
      "amount_differs"     booked to locked as it came; case GROSS_AMOUNT_DIFFERS, or CURRENCY_DIFFERS, is raised here
      "processed", "reversed", "settled", "returned"   the refund's or payout's own event is booked now, in our amount; of another one
                           that the PSP states, case REFUND_AMOUNT_DIFFERS or PAYOUT_AMOUNT_DIFFERS is raised here
      "already"            we held that already; "moved", "same": the PSP does not confirm that money moved, or says so of a refund or
                           payout in another currency (case CURRENCY_DIFFERS is raised here)
      "unknown_to_psp", "unknown_reference", "unavailable" (no answer: ask again later)
    """
    try:
        match kind:
            case "capture":
                return confirm_capture(merchant_reference, psp_reference, now=now, actor=actor)
            case "refund" | "refund_reversal":
                return confirm_refund(merchant_reference, now=now, actor=actor)
            case _:
                return confirm_payout(merchant_reference, now=now, actor=actor)
    except PspFailure:
        return "unavailable"


def confirm_capture(merchant_reference: str, psp_reference: str, *, now: datetime, actor: Actor) -> str:
    intent = _find(DepositIntent, merchant_reference)
    if intent is None:
        return "unknown_reference"
    outcome = resolve_intent(intent_id=intent.pk, now=now, actor=actor, psp_reference=psp_reference)
    return {"no_attempt": "unknown_to_psp", "cant_be_asked": "unavailable"}.get(outcome, outcome)


def confirm_refund(merchant_reference: str, *, now: datetime, actor: Actor) -> str:
    refund = _find(Refund, merchant_reference)
    if refund is None:
        return "unknown_reference"
    if refund.state in (RefundState.REFUND_REVERSED,):
        return "already"
    movement = _movement(refund)
    if movement is None:
        return "unknown_to_psp"
    end = RefundEnd(movement.object_ref, movement.occurred_at, told=told_by(movement))
    if movement.state not in ("SUCCEEDED", "REVERSED") or is_in_other_currency(refund.pk, end, now=now):
        return "same"
    is_back = movement.state == "REVERSED"  # then its amount is told of what came back
    is_processed = process_refund(refund_id=refund.pk, end=replace(end, told=NONE_STATED) if is_back else end, actor=actor, now=now)
    if is_back and reverse_refund(refund_id=refund.pk, end=end, actor=actor, now=now):
        return "reversed"
    if not is_back and tell_executed(refund_id=refund.pk, end=end, now=now):
        return "same"
    return "processed" if is_processed else "already"


def confirm_payout(merchant_reference: str, *, now: datetime, actor: Actor) -> str:
    from cashier.operations.payouts import return_payout, settle_payout

    payout = _find(PayoutIntent, merchant_reference)
    if payout is None or payout.merchant_account is None:
        return "unknown_reference"
    before = payout.state
    movement = _movement(payout)
    if movement is None:
        return "unknown_to_psp"
    told, is_back = told_by(movement), movement.state == "RETURNED"
    if movement.state not in ("SUCCEEDED", "RETURNED"):
        return "same"
    if is_other_currency(payout, told):
        tell_told(PAYOUT, payout, told, occurred_at=movement.occurred_at, now=now)
        return "same"
    if is_back:
        after = return_payout(
            payout_id=payout.pk,
            return_ref=movement.object_ref,
            returned_minor=min(movement.amount_minor, asked_minor(payout)),
            occurred_at=movement.occurred_at,
            actor=actor,
            now=now,
        )
        tell_told(RETURN, after, told, occurred_at=movement.occurred_at, now=now)
        return "already" if before == after.state else "returned"
    settle_payout(payout_id=payout.pk, occurred_at=movement.occurred_at, actor=actor, now=now, psp_ref=movement.object_ref, told=told)
    return "already" if before in (PayoutState.SETTLED, PayoutState.RETURNED) else "settled"


def _movement(row: Refund | PayoutIntent) -> LookupMovement | None:
    """The refund or payout as its PSP holds it, by our id."""
    account = row.merchant_account
    found = lookup(account, merchant_reference=row.public_id) if account is not None else None
    if found is None:
        return None
    if found.payout is not None:
        return found.payout
    mine = [movement for movement in found.refunds if movement.merchant_reference == row.public_id]
    if mine:
        return mine[0]
    if found.kind not in ("refund", "payout"):
        return None
    at = found.occurred_at or row.updated_at
    return LookupMovement(found.object_ref or found.psp_ref, row.public_id, found.state, found.amount_minor, found.currency, at)


def _find(model: type, public_id: str):  # type: ignore[no-untyped-def]
    try:
        return model.objects.filter(pk=model.id_of(public_id)).first()  # type: ignore[attr-defined]
    except BadPublicId:
        return None
