"""What a lookup says, in the words of an answer. Pure."""

from cashier.operations.credits import CaptureProof
from cashier.psp.base import LookupMovement, LookupResult, Outcome, PspResult

PAYMENT_OUTCOMES = {
    "AUTHORIZED": Outcome.APPROVED,
    "PENDING": Outcome.PENDING,
    "ACTION_REQUIRED": Outcome.ACTION_REQUIRED,
    "CAPTURED": Outcome.CAPTURED,
    "DECLINED": Outcome.DECLINED,
    "FAILED": Outcome.DECLINED,
    "CANCELED": Outcome.DECLINED,
    "EXPIRED": Outcome.DECLINED,
    "VOIDED": Outcome.DECLINED,
}
MOVEMENT_OUTCOMES = {
    "SUBMITTED": Outcome.SUBMITTED,
    "PENDING": Outcome.SUBMITTED,
    "SUCCEEDED": Outcome.APPROVED,
    "REVERSED": Outcome.APPROVED,
    "RETURNED": Outcome.APPROVED,
    "FAILED": Outcome.REFUSED,
}


def payment_result(found: LookupResult) -> PspResult | None:
    """A payment as the PSP holds it, as the answer to its authorisation; None for another kind of object or an unknown state.

    A payment whose captures are in doubt (several, or none that succeeded) is answered by its first capture that did.
    """
    outcome = PAYMENT_OUTCOMES.get(found.state)
    if found.kind != "payment" or outcome is None:
        return None
    captured = succeeded_captures(found)
    if outcome is Outcome.CAPTURED and not captured:
        return None
    taken = captured[0] if outcome is Outcome.CAPTURED else None
    return PspResult(
        outcome=outcome,
        psp_ref=found.psp_ref,
        object_ref=taken.object_ref if taken else "",
        amount_minor=taken.amount_minor if taken else found.amount_minor,
        currency=taken.currency if taken else found.currency,
        decline_code=found.decline_code or (found.state.lower() if outcome is Outcome.DECLINED else ""),
        retry=found.retry,
        eci=found.eci,
        cavv=found.cavv,
        ds_trans_id=found.ds_trans_id,
        three_ds_version=found.three_ds_version,
        avs=found.avs,
        cvv=found.cvv,
        action=found.action,
        occurred_at=taken.occurred_at if taken else found.occurred_at,
        raw=found.raw,
    )


def succeeded_captures(found: LookupResult) -> list[LookupMovement]:
    """The captures that the PSP says were done, oldest first."""
    return sorted((capture for capture in found.captures if capture.state == "SUCCEEDED"), key=lambda capture: capture.occurred_at)


def proof_of(capture: LookupMovement, *, payload_sha256: str = "") -> CaptureProof:
    """A capture in a lookup, as proof for a credit (C3)."""
    return CaptureProof(
        psp_ref=capture.object_ref,
        amount_minor=capture.amount_minor,
        currency=capture.currency,
        occurred_at=capture.occurred_at,
        reference=capture.merchant_reference,
        payload_sha256=payload_sha256,
    )


def movement_result(movement: LookupMovement, *, psp_ref: str) -> PspResult:
    """A capture, refund or payout as the PSP holds it, as the answer to its call."""
    return PspResult(
        outcome=MOVEMENT_OUTCOMES[movement.state],
        psp_ref=psp_ref,
        object_ref=movement.object_ref,
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        occurred_at=movement.occurred_at,
        raw=movement.raw,
    )
