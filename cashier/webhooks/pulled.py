"""What a lookup of ours says, in the words of the webhooks that should have told it (W6). Pure."""

from datetime import datetime
from typing import Any

from cashier.psp.base import LookupMovement, LookupResult

Body = dict[str, Any]

PAYMENTS = {
    "AUTHORIZED": "payment.authorized",
    "PENDING": "payment.pending",
    "DECLINED": "payment.failed",
    "FAILED": "payment.failed",
    "CANCELED": "payment.canceled",
    "EXPIRED": "payment.expired",
    "VOIDED": "payment.voided",
}
CAPTURES = {"SUCCEEDED": "payment.captured", "FAILED": "payment.failed", "RETURNED": "payment.returned"}
REFUNDS = {"SUCCEEDED": "refund.processed", "FAILED": "refund.failed", "REVERSED": "refund.reversed"}
PAYOUTS = {"SUCCEEDED": "payout.settled", "FAILED": "payout.failed", "RETURNED": "payout.returned"}


def deposit_events(found: LookupResult, *, intent_id: str, asked_at: datetime) -> list[Body]:
    """The events of a payment: each capture by its own id, else the payment's end or progress."""
    if found.kind != "payment":
        return []
    told = {"psp_ref": found.psp_ref, "intent_id": intent_id}
    captured = [told | body for capture in found.captures if (body := moved(capture, CAPTURES, "capture_id"))]
    if captured or found.state not in PAYMENTS:
        return captured
    at = found.occurred_at or asked_at
    amount = {"amount": {"minor_units": found.amount_minor, "currency": found.currency}} if found.currency else {}
    return [told | amount | {"event": PAYMENTS[found.state], "occurred_at": at.isoformat()}]


def refund_events(found: LookupResult, *, intent_id: str, refund_id: str, refund_ref: str, asked_at: datetime) -> list[Body]:
    """The events of one refund, found by itself or among those of its payment."""
    known = [
        refund for refund in found.refunds if refund.merchant_reference == refund_id or (refund_ref and refund.object_ref == refund_ref)
    ]
    if found.kind == "refund":
        known = [as_movement(found, asked_at)]
    told = {"psp_ref": found.psp_ref, "intent_id": intent_id, "merchant_reference": refund_id}
    return [told | body for refund in known if (body := moved(refund, REFUNDS, "refund_id"))]


def payout_events(found: LookupResult, *, payout_id: str, asked_at: datetime) -> list[Body]:
    """The events of one payout."""
    paid = found.payout or (as_movement(found, asked_at) if found.kind == "payout" else None)
    body = moved(paid, PAYOUTS, "payout_id") if paid else None
    return [body | {"psp_ref": body["payout_id"], "merchant_reference": payout_id}] if body else []


def moved(movement: LookupMovement, names: dict[str, str], ref: str) -> Body | None:
    """One movement that has come to an end; None where it has not."""
    if movement.state not in names or not movement.object_ref:
        return None
    return {
        "event": names[movement.state],
        ref: movement.object_ref,
        "amount": {"minor_units": movement.amount_minor, "currency": movement.currency},
        "occurred_at": movement.occurred_at.isoformat(),
    }


def as_movement(found: LookupResult, asked_at: datetime) -> LookupMovement:
    """A lookup that found the object itself; where the PSP states no time, it is known since we asked."""
    at = found.occurred_at or asked_at
    return LookupMovement(found.object_ref or found.psp_ref, found.merchant_reference, found.state, found.amount_minor, found.currency, at)
