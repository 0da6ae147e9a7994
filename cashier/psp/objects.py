"""Payments, captures, refunds and payouts in the plain JSON form that the sandbox and the generic provider speak. Pure.

The form is in docs/psps.md. `codes` maps the provider's decline codes to ours.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cashier.psp.base import LookupMovement, LookupResult, Outcome, PspError, PspResult
from cashier.psp.checks import avs_letter, cvv_letter, eci_digits
from cashier.psp.declines import DECLINES, get_decline, normal_code, refused

PAYMENT_OUTCOMES = {
    "AUTHORIZED": Outcome.APPROVED,
    "CAPTURED": Outcome.CAPTURED,
    "PENDING": Outcome.PENDING,
    "ACTION_REQUIRED": Outcome.ACTION_REQUIRED,
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
    "RETURNED": Outcome.APPROVED,
    "REVERSED": Outcome.APPROVED,
    "FAILED": Outcome.REFUSED,
}
# Our own list, and what is refused in plain words.
PLAIN_CODES: dict[str, str] = {
    **{code: code for code in DECLINES},
    "declined": "generic_decline",
    "PAYMENT_UNKNOWN": "not_found",
    "DISPUTE_UNKNOWN": "not_found",
    "NOT_FOUND": "not_found",
    "AMOUNT_TOO_HIGH": "amount_too_high",
    "CURRENCY_NOT_SUPPORTED": "currency_not_supported",
    "NOT_AUTHORIZED": "wrong_state",
    "NOTHING_TO_VOID": "wrong_state",
    "WRONG_STATE": "wrong_state",
    "DESTINATION_INVALID": "invalid_token",
    "PAYOUT_REFUSED": "not_permitted",
    "NOT_OFFERED": "not_offered",
}
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
PROOF_FIELDS = ("cavv", "ds_trans_id", "three_ds_version")

Codes = Mapping[str, str]


def read_payment(body: Mapping[str, Any], codes: Codes, *, reference: str = "") -> PspResult:
    """The answer to an authorisation. Raises PspError for a body without what it must have, or of another payment than `reference`."""
    if reference and body.get("merchant_reference", reference) != reference:
        raise PspError("the answer is of another payment")
    try:
        captures = [capture for capture in body["captures"] if capture["state"] == "SUCCEEDED"]
        moved = captures[0] if captures else body
        code = normal_code(body["decline_code"], codes)
        return PspResult(
            outcome=PAYMENT_OUTCOMES[body["state"]],
            psp_ref=body["psp_ref"],
            object_ref=captures[0]["capture_id"] if captures else "",
            amount_minor=moved["amount"]["minor_units"],
            currency=moved["amount"]["currency"],
            decline_code=code,
            retry=get_decline(code).retry if code else "",
            action=body["action"],
            occurred_at=_instant(moved["occurred_at"]),
            raw=dict(body),
            provider_code=body["decline_code"],
            **card_fields(body),
        )
    except UNREADABLE as error:
        raise PspError(f"a payment that can't be read: {error!r}") from error


def read_movement(body: Mapping[str, Any], codes: Codes, *, id_field: str, done: Outcome = Outcome.APPROVED) -> PspResult:
    """The answer to a capture, refund or payout; `done` is the outcome of one that is executed already. Raises PspError."""
    try:
        outcome = MOVEMENT_OUTCOMES[body["state"]]
        code = normal_code(body.get("decline_code", ""), codes)
        return PspResult(
            outcome=done if outcome is Outcome.APPROVED else outcome,
            psp_ref=body.get("psp_ref", ""),
            object_ref=body[id_field],
            amount_minor=body["amount"]["minor_units"],
            currency=body["amount"]["currency"],
            decline_code=code,
            retry=get_decline(code).retry if code else "",
            occurred_at=_instant(body["occurred_at"]),
            raw=dict(body),
            provider_code=body.get("decline_code", ""),
        )
    except UNREADABLE as error:
        raise PspError(f"a movement that can't be read: {error!r}") from error


def read_refusal(body: Mapping[str, Any], codes: Codes) -> PspResult:
    """A request that was refused: nothing was executed."""
    raw = str(body.get("decline_code") or body.get("error") or "invalid_request")
    return refused(normal_code(raw, codes, unknown="invalid_request"), provider_code=raw, raw=body)


def read_lookup(body: Mapping[str, Any], codes: Codes) -> LookupResult:
    """What the provider holds: {"kind", and the object under that name}. Raises PspError."""
    try:
        kind = body["kind"]
        return _payment(body[kind], codes) if kind == "payment" else _object(kind, body[kind], codes)
    except UNREADABLE as error:
        raise PspError(f"a lookup that can't be read: {error!r}") from error


def card_fields(body: Mapping[str, Any]) -> dict[str, str]:
    """ECI, AVS and CVV in our form, and the proof of authentication as it came."""
    proof = {name: str(body[name]) for name in PROOF_FIELDS}
    return proof | {"eci": eci_digits(body["eci"]), "avs": avs_letter(body["avs"]), "cvv": cvv_letter(body["cvv"])}


def _payment(body: Mapping[str, Any], codes: Codes) -> LookupResult:
    answer = read_payment(body, codes)
    return LookupResult(
        kind="payment",
        psp_ref=answer.psp_ref,
        state=body["state"],
        amount_minor=body["amount"]["minor_units"],
        currency=body["amount"]["currency"],
        merchant_reference=body["merchant_reference"],
        idempotency_key=body["idempotency_key"],
        captures=[_movement(each, "capture_id") for each in body["captures"]],
        refunds=[_movement(each, "refund_id") for each in body["refunds"]],
        decline_code=answer.decline_code,
        retry=answer.retry,
        action=answer.action,
        occurred_at=_instant(body["occurred_at"]),
        raw=dict(body),
        eci=answer.eci,
        cavv=answer.cavv,
        ds_trans_id=answer.ds_trans_id,
        three_ds_version=answer.three_ds_version,
        avs=answer.avs,
        cvv=answer.cvv,
    )


def _object(kind: str, body: Mapping[str, Any], codes: Codes) -> LookupResult:
    movement = _movement(body, f"{kind}_id")
    code = normal_code(body.get("decline_code", ""), codes)
    return LookupResult(
        kind=kind,
        psp_ref=body["psp_ref"],
        state=movement.state,
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        merchant_reference=movement.merchant_reference,
        object_ref=movement.object_ref,
        idempotency_key=body["idempotency_key"],
        refunds=[movement] if kind == "refund" else [],
        payout=movement if kind == "payout" else None,
        decline_code=code,
        retry=get_decline(code).retry if code else "",
        occurred_at=movement.occurred_at,
        raw=dict(body),
    )


def _movement(body: Mapping[str, Any], id_field: str) -> LookupMovement:
    return LookupMovement(
        object_ref=body[id_field],
        merchant_reference=body["merchant_reference"],
        state=body["state"],
        amount_minor=body["amount"]["minor_units"],
        currency=body["amount"]["currency"],
        occurred_at=_instant(body["occurred_at"]),
        raw=dict(body),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
