"""From the sandbox's words to ours. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cashier.psp.base import LookupMovement, LookupResult, Outcome, PspError, PspResult
from cashier.psp.declines import get_decline

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
# Codes that the sandbox names otherwise than our list, and its refusals.
DECLINE_CODES = {
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
}
CARD_FIELDS = ("eci", "cavv", "ds_trans_id", "three_ds_version", "avs", "cvv")


def read_payment(body: Mapping[str, Any]) -> PspResult:
    """The answer to an authorisation. Raises PspError for a body without what it must have."""
    try:
        captures = [capture for capture in body["captures"] if capture["state"] == "SUCCEEDED"]
        moved = captures[0] if captures else body
        code = normalised(body["decline_code"])
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
            **{name: body[name] for name in CARD_FIELDS},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PspError(f"a payment that can't be read: {error!r}") from error


def read_movement(body: Mapping[str, Any], *, id_field: str, done: Outcome = Outcome.APPROVED) -> PspResult:
    """The answer to a capture, refund or payout; `done` is the outcome of one that is executed already. Raises PspError."""
    try:
        outcome = MOVEMENT_OUTCOMES[body["state"]]
        code = normalised(body.get("decline_code", ""))
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
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PspError(f"a movement that can't be read: {error!r}") from error


def read_refusal(body: Mapping[str, Any]) -> PspResult:
    """A request that was refused: nothing was executed."""
    code = normalised(str(body.get("decline_code") or body.get("error") or "invalid_request"), unknown="invalid_request")
    return PspResult(outcome=Outcome.REFUSED, decline_code=code, retry=get_decline(code).retry, raw=dict(body))


def read_lookup(body: Mapping[str, Any]) -> LookupResult:
    """What the sandbox holds. Raises PspError."""
    try:
        kind = body["kind"]
        return _payment(body[kind]) if kind == "payment" else _object(kind, body[kind])
    except (KeyError, TypeError, ValueError) as error:
        raise PspError(f"a lookup that can't be read: {error!r}") from error


def normalised(code: str, *, unknown: str = "") -> str:
    """Our code for the sandbox's; one that nobody mapped stays as it is, or becomes `unknown`."""
    mapped = DECLINE_CODES.get(code, code)
    return unknown if unknown and mapped.isupper() else mapped


def _payment(body: Mapping[str, Any]) -> LookupResult:
    answer = read_payment(body)
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
        **{name: body[name] for name in CARD_FIELDS},
    )


def _object(kind: str, body: Mapping[str, Any]) -> LookupResult:
    movement = _movement(body, f"{kind}_id")
    code = normalised(body.get("decline_code", ""))
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
