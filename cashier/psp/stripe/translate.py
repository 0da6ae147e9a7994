"""From Stripe's objects to ours. Pure. https://docs.stripe.com/api/payment_intents/object, /charges/object, /refunds/object"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from cashier.psp.amounts import from_provider
from cashier.psp.base import LookupMovement, LookupResult, Outcome, PspError, PspResult, Retry
from cashier.psp.checks import avs_of, eci_digits
from cashier.psp.declines import get_decline, normal_code, refused
from cashier.psp.stripe.codes import ADVICE, DECLINE_CODES, ERROR_CODES, EXPONENTS, REFUND_FAILURES
from cashier.psp.stripe.http import Refusal

Body = Mapping[str, Any]
# https://docs.stripe.com/payments/paymentintents/lifecycle
OUTCOMES = {
    "succeeded": Outcome.CAPTURED,
    "requires_capture": Outcome.APPROVED,
    "processing": Outcome.PENDING,
    "requires_confirmation": Outcome.PENDING,
    "requires_action": Outcome.ACTION_REQUIRED,
    "requires_payment_method": Outcome.DECLINED,
    "canceled": Outcome.DECLINED,
}
STATES = {
    "succeeded": "CAPTURED",
    "requires_capture": "AUTHORIZED",
    "processing": "PENDING",
    "requires_confirmation": "PENDING",
    "requires_action": "ACTION_REQUIRED",
    "requires_payment_method": "DECLINED",
}
REFUND_OUTCOMES = {
    "succeeded": Outcome.APPROVED,
    "pending": Outcome.SUBMITTED,
    "requires_action": Outcome.SUBMITTED,
    "failed": Outcome.REFUSED,
    "canceled": Outcome.REFUSED,
}
REFUND_STATES = {"succeeded": "SUCCEEDED", "pending": "PENDING", "requires_action": "PENDING", "failed": "FAILED", "canceled": "FAILED"}
CHECKS = {"pass": True, "fail": False}
SECURITY_CODES = {"pass": "M", "fail": "N", "unavailable": "U", "unchecked": "P"}
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)


def read_payment(intent: Body, *, reference: str = "") -> PspResult:
    """A payment intent as the answer to an authorisation, a capture or a cancel. Raises PspError, also for one of another reference."""
    try:
        if (intent.get("metadata") or {}).get("merchant_reference", reference) != reference and reference:
            raise PspError("the answer is of another payment")
        outcome = OUTCOMES[intent["status"]]
        charge = charge_of(intent)
        code, retry, raw_code = _failure(intent.get("last_payment_error")) if outcome is Outcome.DECLINED else ("", "", "")
        is_captured = outcome is Outcome.CAPTURED
        return PspResult(
            outcome=outcome,
            psp_ref=intent["id"],
            object_ref=charge["id"] if is_captured else "",
            amount_minor=_amount(_moved(intent, charge, outcome), intent["currency"]),
            currency=intent["currency"].upper(),
            decline_code=code,
            retry=retry,
            action=_action(intent.get("next_action")),
            occurred_at=_captured_at(intent, charge) if is_captured else _instant(intent["created"]),
            raw=dict(intent),
            provider_code=raw_code,
            **card_fields(charge),
        )
    except UNREADABLE as error:
        raise PspError(f"a payment intent that can't be read: {error!r}") from error


def read_refusal(refusal: Refusal) -> PspResult:
    """A card error is a decline, any other a refusal of the request; neither moved money."""
    error = refusal.error
    if not refusal.is_decline:
        raw = str(error.get("code") or error.get("type") or "")
        return refused(_refused_code(error), provider_code=raw, raw={"error": error})
    intent = error.get("payment_intent")
    code, retry, raw_code = _failure(error)
    charge = charge_of(intent) if isinstance(intent, dict) else {}
    return PspResult(
        outcome=Outcome.DECLINED,
        psp_ref=str(intent.get("id", "")) if isinstance(intent, dict) else "",
        decline_code=code,
        retry=retry,
        raw={"error": error},
        provider_code=raw_code,
        **card_fields(charge),
    )


def read_refund(refund: Body) -> PspResult:
    """A refund as the answer to its request. Raises PspError."""
    try:
        outcome = REFUND_OUTCOMES[refund["status"]]
        reason = str(refund.get("failure_reason") or "") if outcome is Outcome.REFUSED else ""
        code = normal_code(reason, REFUND_FAILURES)
        return PspResult(
            outcome=outcome,
            psp_ref=_id_of(refund.get("payment_intent")),
            object_ref=refund["id"],
            amount_minor=_amount(refund["amount"], refund["currency"]),
            currency=refund["currency"].upper(),
            decline_code=code,
            retry=get_decline(code).retry if code else "",
            occurred_at=_instant(refund["created"]),
            raw=dict(refund),
            provider_code=reason,
        )
    except UNREADABLE as error:
        raise PspError(f"a refund that can't be read: {error!r}") from error


def find_payment(intent: Body, refunds: Iterable[Body]) -> LookupResult:
    """A payment intent and its refunds as a lookup's answer. Raises PspError."""
    answer, charge = read_payment(intent), charge_of(intent)
    metadata = intent.get("metadata") or {}
    reference = str(metadata.get("merchant_reference", ""))
    return LookupResult(
        kind="payment",
        psp_ref=answer.psp_ref,
        state=_state(intent, charge),
        amount_minor=_amount(intent["amount"], intent["currency"]),
        currency=answer.currency,
        merchant_reference=reference,
        idempotency_key=str(metadata.get("idempotency_key", "")),
        captures=[_capture(answer, str(metadata.get("capture_reference") or reference))] if answer.outcome is Outcome.CAPTURED else [],
        refunds=[_refund(each) for each in refunds],
        decline_code=answer.decline_code,
        retry=answer.retry,
        eci=answer.eci,
        cavv=answer.cavv,
        ds_trans_id=answer.ds_trans_id,
        three_ds_version=answer.three_ds_version,
        avs=answer.avs,
        cvv=answer.cvv,
        action=answer.action,
        occurred_at=answer.occurred_at,
        raw=dict(intent),
    )


def find_refund(refund: Body) -> LookupResult:
    """A refund as a lookup's answer. Raises PspError."""
    answer, movement = read_refund(refund), _refund(refund)
    return LookupResult(
        kind="refund",
        psp_ref=answer.psp_ref,
        state=movement.state,
        amount_minor=answer.amount_minor,
        currency=answer.currency,
        merchant_reference=movement.merchant_reference,
        object_ref=answer.object_ref,
        idempotency_key=str((refund.get("metadata") or {}).get("idempotency_key", "")),
        refunds=[movement],
        decline_code=answer.decline_code,
        retry=answer.retry,
        occurred_at=answer.occurred_at,
        raw=dict(refund),
    )


def charge_of(intent: Body) -> dict[str, Any]:
    """The charge that counts: `latest_charge`, or the last of `charges`, where older API versions put them; {} for none."""
    latest = intent.get("latest_charge")
    if isinstance(latest, dict):
        return latest
    listed = (intent.get("charges") or {}).get("data") or []
    named = [charge for charge in listed if charge.get("id") == latest]
    found = (named or listed or [{"id": latest} if latest else {}])[0]
    return dict(found)


def card_fields(charge: Body) -> dict[str, Any]:
    """3-DS, AVS and CVV of a charge in our form. Stripe keeps the CAVV to itself."""
    card = ((charge.get("payment_method_details") or {}).get("card")) or {}
    secure, checks = card.get("three_d_secure") or {}, card.get("checks") or {}
    street, postal = (CHECKS.get(checks.get(name) or "") for name in ("address_line1_check", "address_postal_code_check"))
    return {
        "eci": eci_digits(str(secure.get("electronic_commerce_indicator") or "")),
        "ds_trans_id": str(secure.get("transaction_id") or ""),
        "three_ds_version": str(secure.get("version") or ""),
        "avs": avs_of(street, postal) if checks else "",
        "cvv": SECURITY_CODES.get(checks.get("cvc_check") or "", ""),
    }


def _failure(error: Body | None) -> tuple[str, str, str]:
    """Our code, the retry class and Stripe's own code of an error; the issuer's advice wins over the class of the code."""
    if not error:
        return "", "", ""
    raw = str(error.get("decline_code") or error.get("code") or "generic_decline")
    table = DECLINE_CODES if error.get("decline_code") else ERROR_CODES
    code = normal_code(raw, table)
    advice: Retry | None = ADVICE.get(str(error.get("advice_code") or ""))
    return code, advice or get_decline(code).retry, raw


def _refused_code(error: Body) -> str:
    """Refusals without a code are told by the parameter that they name."""
    if error.get("code"):
        code = normal_code(str(error["code"]), ERROR_CODES, unknown="invalid_request")
        return "invalid_token" if code == "not_found" and error.get("param") == "payment_method" else code
    return {"amount": "amount_too_high", "amount_to_capture": "amount_too_high"}.get(str(error.get("param")), "invalid_request")


def _state(intent: Body, charge: Body) -> str:
    if intent["status"] == "canceled":
        return "EXPIRED" if intent.get("cancellation_reason") in ("automatic", "expired") else "VOIDED" if charge else "CANCELED"
    if intent["status"] == "requires_payment_method" and not intent.get("last_payment_error"):
        return "FAILED"
    return STATES[intent["status"]]


def _capture(answer: PspResult, reference: str) -> LookupMovement:
    at = answer.occurred_at or datetime.fromtimestamp(0, UTC)
    return LookupMovement(answer.object_ref, reference, "SUCCEEDED", answer.amount_minor, answer.currency, at)


def _refund(refund: Body) -> LookupMovement:
    answer = read_refund(refund)
    reference = str((refund.get("metadata") or {}).get("merchant_reference", ""))
    at = _instant(refund["created"])
    return LookupMovement(
        answer.object_ref, reference, REFUND_STATES[refund["status"]], answer.amount_minor, answer.currency, at, dict(refund)
    )


def _moved(intent: Body, charge: Body, outcome: Outcome) -> int:
    """What was captured, or is authorised; else what was asked for. What was captured is never guessed. Raises ValueError."""
    if outcome is not Outcome.CAPTURED:
        return int((intent.get("amount_capturable") if outcome is Outcome.APPROVED else 0) or intent["amount"])
    moved = intent.get("amount_received") or charge.get("amount_captured") or (charge.get("captured") and charge.get("amount"))
    if not moved:
        raise ValueError("succeeded, and no amount was captured")
    return int(moved)


def _captured_at(intent: Body, charge: Body) -> datetime:
    """The balance transaction is made at the capture; the charge at the authorisation."""
    balance = charge.get("balance_transaction")
    made = balance.get("created") if isinstance(balance, dict) else None
    return _instant(made or charge.get("created") or intent["created"])


def _action(action: Body | None) -> dict[str, Any] | None:
    if not action:
        return None
    if action["type"] == "redirect_to_url":
        return {"type": "redirect", "url": action["redirect_to_url"]["url"]}
    return {"type": str(action["type"])}


def _amount(amount: int, currency: str) -> int:
    return from_provider(amount, currency.upper(), EXPONENTS)


def _id_of(value: Any) -> str:
    """An object, or its id."""
    return str(value["id"] if isinstance(value, dict) else value or "")


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
