"""Which of our rows a provider's notification speaks of: by our reference where it carries one, else by the provider's ids (W1, W4)."""

from typing import Any

from cashier.models import Attempt, Capture, DepositIntent, Instrument, MerchantAccount, PayoutIntent, PspEvent, Refund
from cashier.operations.event_values import BadEvent, NotYet
from ledger.ids import BadPublicId
from ledger.money import MoneyError, get_asset, parse_minor

OURS = {model.PREFIX: model for model in (DepositIntent, Capture, Refund, PayoutIntent, Instrument)}
Body = dict[str, Any]


def complete(event: PspEvent, body: Body) -> Body:
    """The canonical body with the deposit that it is about, and its amount in minor units.

    Raises NotYet where a payment or a dispute is none that we know yet, BadEvent for an amount that the currency can't have.
    """
    account, area = event.merchant_account, str(body.get("event", "")).partition(".")[0]
    reference = own_reference(body.get("merchant_reference"))
    body = {**body, "merchant_reference": reference}
    if area == "dispute":
        body = with_payment(account, body)
    body["intent_id"] = body.get("intent_id") or intent_reference(account, reference, body)
    if area == "payment" and not body["intent_id"]:
        raise NotYet(f"no deposit has {body.get('psp_ref') or 'this'} at {account.code}")
    return with_minor_units(body)


def own_reference(text: Any) -> str:
    """A public id of ours; "" for any other text."""
    model = OURS.get(text[: text.find("_") + 1]) if isinstance(text, str) else None
    if model is None:
        return ""
    try:
        model.id_of(text)
    except BadPublicId:
        return ""
    return str(text)


def intent_reference(account: MerchantAccount, reference: str, body: Body) -> str:
    """The public id of the deposit; "" where there is none (a payout, or one that we do not know)."""
    if reference.startswith((DepositIntent.PREFIX, Instrument.PREFIX)):
        return reference
    found = capture_by(account, reference, body.get("capture_id")) or refund_by(account, reference, body.get("refund_id"))
    if found is not None:
        return DepositIntent(pk=found).public_id
    psp_ref = body.get("psp_ref")
    attempt = Attempt.objects.filter(merchant_account=account, psp_ref=psp_ref).order_by("-number").first() if psp_ref else None
    return DepositIntent(pk=attempt.intent_id).public_id if attempt else ""


def capture_by(account: MerchantAccount, reference: str, psp_ref: Any) -> Any:
    rows = Capture.objects.filter(merchant_account=account).values_list("intent_id", flat=True)
    if reference.startswith(Capture.PREFIX):
        return rows.filter(pk=Capture.id_of(reference)).first()
    return rows.filter(psp_ref=psp_ref).first() if psp_ref else None


def refund_by(account: MerchantAccount, reference: str, psp_ref: Any) -> Any:
    rows = Refund.objects.filter(merchant_account=account).values_list("capture__intent_id", flat=True)
    if reference.startswith(Refund.PREFIX):
        return rows.filter(pk=Refund.id_of(reference)).first()
    return rows.filter(psp_ref=psp_ref).first() if psp_ref else None


def with_payment(account: MerchantAccount, body: Body) -> Body:
    """A dispute's payment: named, or as its earlier events or our reference say. A capture that is not one of ours is left out.

    Raises NotYet.
    """
    capture_ref = body.get("capture_id") or ""
    if capture_ref and not Capture.objects.filter(merchant_account=account, psp_ref=capture_ref).exists():
        capture_ref = ""
    psp_ref = body.get("psp_ref") or payment_of_dispute(account, body)
    if not psp_ref and not capture_ref:
        raise NotYet(f"dispute {body.get('dispute_id') or '(none named)'} names no payment that we know")
    return {**body, "psp_ref": psp_ref, "capture_id": capture_ref}


def payment_of_dispute(account: MerchantAccount, body: Body) -> str:
    earlier = PspEvent.objects.filter(merchant_account=account, dispute_ref=body.get("dispute_id") or "-").exclude(psp_ref="")
    if (before := earlier.order_by("received_at").first()) is not None:
        return before.psp_ref
    reference = body["merchant_reference"]
    if not reference.startswith(DepositIntent.PREFIX):
        return ""
    attempts = Attempt.objects.filter(merchant_account=account, intent_id=DepositIntent.id_of(reference)).exclude(psp_ref="")
    return attempts.order_by("-number").values_list("psp_ref", flat=True).first() or ""


def with_minor_units(body: Body) -> Body:
    """An amount in major units becomes one in the deposit's own currency (W8). Raises NotYet, BadEvent."""
    amount = body.get("amount")
    if not isinstance(amount, dict) or "major" not in amount:
        return body
    try:
        currency = DepositIntent.objects.filter(pk=DepositIntent.id_of(body["intent_id"])).values_list("currency", flat=True).first()
        if currency is None:
            raise NotYet(f"no deposit {body['intent_id']}")
        return {**body, "amount": {"minor_units": parse_minor(str(amount["major"]), get_asset(currency)), "currency": currency}}
    except (MoneyError, BadPublicId) as error:
        raise BadEvent(f"amount {str(amount['major'])[:40]!r}: {error}") from error
