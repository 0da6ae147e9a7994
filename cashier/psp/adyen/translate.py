"""From Adyen's answers to ours. Pure. https://docs.adyen.com/online-payments/build-your-integration/payment-result-codes"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cashier.psp.adyen.codes import (
    ADDRESS_RESULTS,
    ADVICE,
    ERROR_CODES,
    EXPONENTS,
    RAW_REASONS,
    REFUSAL_REASONS,
    REFUSAL_TEXTS,
    SECURITY_CODES,
)
from cashier.psp.adyen.http import Refusal
from cashier.psp.amounts import from_provider
from cashier.psp.base import Outcome, PspError, PspKeyReused, PspResult, Retry
from cashier.psp.checks import avs_letter, avs_of, cvv_letter, eci_digits
from cashier.psp.declines import get_decline, normal_code, refused

Body = Mapping[str, Any]
OUTCOMES = {
    "Authorised": Outcome.APPROVED,
    "Received": Outcome.PENDING,
    "Pending": Outcome.PENDING,
    "RedirectShopper": Outcome.ACTION_REQUIRED,
    "ChallengeShopper": Outcome.ACTION_REQUIRED,
    "IdentifyShopper": Outcome.ACTION_REQUIRED,
    "PresentToShopper": Outcome.ACTION_REQUIRED,
    "Refused": Outcome.DECLINED,
    "Cancelled": Outcome.DECLINED,
    "Error": Outcome.DECLINED,
}
PAYOUT_OUTCOMES = {Outcome.APPROVED: Outcome.APPROVED, Outcome.PENDING: Outcome.SUBMITTED, Outcome.DECLINED: Outcome.REFUSED}
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)


def read_payment(body: Body, *, reference: str, amount_minor: int, currency: str, is_captured: bool) -> PspResult:
    """The answer to an authorisation of `amount_minor`. With automatic capture an authorised payment is captured: Adyen makes no
    object of its own for that, and names the payment on its reports. Raises PspError, and PspKeyReused for another's answer.
    """
    try:
        require_ours(body, reference=reference, amount_minor=amount_minor, currency=currency)
        outcome = OUTCOMES[body["resultCode"]]
        done = Outcome.CAPTURED if outcome is Outcome.APPROVED and is_captured else outcome
        code, retry, raw_code = read_reason(body) if outcome is Outcome.DECLINED else ("", "", "")
        psp_ref = str(body.get("pspReference", ""))
        return PspResult(
            outcome=done,
            psp_ref=psp_ref,
            object_ref=psp_ref if done is Outcome.CAPTURED else "",
            amount_minor=_amount(body, amount_minor),
            currency=str((body.get("amount") or {}).get("currency") or currency),
            decline_code=code,
            retry=retry,
            action=_action(body.get("action")),
            raw=dict(body),
            provider_code=raw_code,
            **card_fields(body.get("additionalData") or {}),
        )
    except UNREADABLE as error:
        raise PspError(f"a payment that can't be read: {error!r}") from error


def read_modification(body: Body, *, reference: str, psp_ref: str, amount_minor: int = 0, currency: str = "") -> PspResult:
    """A capture, cancel or refund that Adyen took in; its end comes by notification. Raises PspError, PspKeyReused."""
    try:
        require_ours(body, reference=reference, amount_minor=amount_minor, currency=currency)
        if body["status"] != "received":
            raise PspError(f"a modification of status {body['status']!r}")
        return PspResult(
            outcome=Outcome.SUBMITTED,
            psp_ref=psp_ref,
            object_ref=body["pspReference"],
            amount_minor=amount_minor,
            currency=currency,
            raw=dict(body),
        )
    except UNREADABLE as error:
        raise PspError(f"a modification that can't be read: {error!r}") from error


def read_payout(body: Body, *, amount_minor: int, currency: str) -> PspResult:
    """The answer to an instant payout. Raises PspError."""
    try:
        outcome = PAYOUT_OUTCOMES[OUTCOMES[body["resultCode"]]]
        code, retry, raw_code = read_reason(body) if outcome is Outcome.REFUSED else ("", "", "")
        return PspResult(
            outcome=outcome,
            psp_ref=body["pspReference"],
            object_ref=body["pspReference"],
            amount_minor=amount_minor,
            currency=currency,
            decline_code=code,
            retry=retry,
            raw=dict(body),
            provider_code=raw_code,
        )
    except UNREADABLE as error:
        raise PspError(f"a payout that can't be read: {error!r}") from error


def read_dispute(body: Body, *, dispute_ref: str, done: Outcome) -> PspResult:
    """{"disputeServiceResult": {"success", "errorMessage"}}. Raises PspError."""
    try:
        result = body["disputeServiceResult"]
        if result["success"] is True:
            return PspResult(outcome=done, object_ref=dispute_ref, raw=dict(body))
        return refused("wrong_state", provider_code=str(result.get("errorMessage", ""))[:64], raw=body)
    except UNREADABLE as error:
        raise PspError(f"a dispute's answer that can't be read: {error!r}") from error


def read_refusal(refusal: Refusal) -> PspResult:
    """A request that was refused: nothing was executed."""
    raw = str(refusal.body.get("errorCode", ""))
    return refused(normal_code(raw, ERROR_CODES, unknown="invalid_request") or "invalid_request", provider_code=raw, raw=refusal.body)


def read_reason(body: Body) -> tuple[str, str, str]:
    """Our code, the retry class and Adyen's code of a payment that was not authorised.

    The issuer's own code wins where it says more than Adyen's reason, the scheme's advice over the class of the code.
    """
    additional = body.get("additionalData") or {}
    reason = str(body.get("refusalReasonCode") or REFUSAL_TEXTS.get(str(body.get("refusalReason", "")).lower(), ""))
    issuer = str(additional.get("refusalReasonRaw", "")).partition(":")[0].strip()
    code = RAW_REASONS.get(issuer) or normal_code(reason, REFUSAL_REASONS) or "generic_decline"
    advice: Retry | None = ADVICE.get(str(additional.get("merchantAdviceCode", ""))[:2])
    return code, advice or get_decline(code).retry, reason or str(body.get("refusalReason") or body.get("resultCode", ""))


def card_fields(additional: Body) -> dict[str, Any]:
    """3-DS, AVS and CVV of additionalData in our form; "N/A" is nothing."""
    said = {name: "" if value in (None, "N/A") else str(value) for name, value in additional.items()}
    return {
        "eci": eci_digits(said.get("eci", "")),
        "cavv": said.get("cavv", ""),
        "ds_trans_id": said.get("dsTransID", ""),
        "three_ds_version": said.get("threeDSVersion", ""),
        "avs": _avs(said),
        "cvv": SECURITY_CODES.get(said.get("cvcResult", "").partition(" ")[0], "") or cvv_letter(said.get("cvcResultRaw", "")),
    }


def require_ours(body: Body, *, reference: str, amount_minor: int, currency: str) -> None:
    """Adyen answers a key that it knows with its first answer, whatever is asked: one of another request is a key used twice."""
    named = body.get("merchantReference") or body.get("reference") or reference
    amount = body.get("amount") or {}
    if named != reference or amount.get("currency", currency) != currency or (amount and _amount(body, 0) != amount_minor):
        raise PspKeyReused(f"Adyen's answer is of {named}, not of {reference} with this amount")


def occurred_at(text: str) -> datetime:
    """An instant of a notification or a dispute."""
    return datetime.fromisoformat(text)


def _avs(said: Mapping[str, str]) -> str:
    number = said.get("avsResult", "").partition(" ")[0]
    if not number:
        return avs_letter(said.get("avsResultRaw", ""))
    return avs_of(*ADDRESS_RESULTS.get(number, (None, None)))


def _amount(body: Body, asked_minor: int) -> int:
    amount = body.get("amount") or {}
    return from_provider(amount["value"], amount["currency"], EXPONENTS) if amount else asked_minor


def _action(action: Body | None) -> dict[str, Any] | None:
    """A redirect by GET is {"type", "url"}; anything else is handed on as it is."""
    if not action:
        return None
    if action.get("type") == "redirect" and action.get("method", "GET") == "GET":
        return {"type": "redirect", "url": action["url"]}
    return dict(action)
