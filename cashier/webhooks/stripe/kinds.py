"""Stripe's event kinds and what each means here (W1). docs.stripe.com/api/events/types. Pure.

Our reference travels in the object's metadata, as `merchant_reference`; where it is missing, Stripe's own id is looked up.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cashier.webhooks.canonical import UnreadableBody
from cashier.webhooks.minor_units import amount_of
from cashier.webhooks.stripe.disputes import DISPUTES
from cashier.webhooks.stripe.objects import Body, about, ref_of
from cashier.webhooks.values import LONGEST_IDENTITY, Delivery, Item, NotRelevant, at_path, dict_at, read_json, text_at


def split(delivery: Delivery) -> list[Item]:
    """The one event of a delivery; its identity is Stripe's event id. Raises UnreadableBody."""
    data = read_json(delivery.body)
    kind, identity = text_at(data, "type"), text_at(data, "id")
    if text_at(data, "object") != "event" or not kind or not 0 < len(identity) <= LONGEST_IDENTITY:
        raise UnreadableBody("not an event of Stripe")
    return [Item(kind, identity, data, instant_of(data))]


def normalise(data: Mapping[str, Any]) -> list[Body]:
    """What one event means. Raises NotRelevant, UnreadableBody for a kind that is in no table of ours."""
    kind, found = text_at(data, "type"), dict_at(data, "data", "object")
    if kind in MEANINGS:
        bodies = MEANINGS[kind](found)
    elif why := why_not_relevant(kind):
        raise NotRelevant(why)
    else:
        raise UnreadableBody(f"no meaning is known for {kind[:64]!r}")
    return [{"occurred_at": instant_of(data).isoformat(), **body} for body in bodies]


def why_not_relevant(kind: str) -> str:
    """Why a kind that we know changes nothing; "" for one that we do not know."""
    if kind in NOT_RELEVANT:
        return NOT_RELEVANT[kind]
    area = kind.partition(".")[0]
    return f"{area} is not of payments" if area in OTHER_AREAS else ""


def instant_of(data: Mapping[str, Any]) -> datetime:
    created = at_path(data, "created")
    if isinstance(created, bool) or not isinstance(created, int) or not 0 < created < 10**11:
        raise UnreadableBody("created is not Unix seconds")
    return datetime.fromtimestamp(created, UTC)


def payment(event: str, amount: str = "amount") -> Callable[[Mapping[str, Any]], list[Body]]:
    """An event of a PaymentIntent. `amount`: the field that holds what the event speaks of."""

    def read(found: Mapping[str, Any]) -> list[Body]:
        body = about(event, found, amount=amount) | {"psp_ref": text_at(found, "id")}
        if event == "payment.captured":
            body["capture_id"] = ref_of(found, "latest_charge") or only_charge(found)
        return [body]

    return read


def only_charge(found: Mapping[str, Any]) -> str:
    """The charge of an older API version, which lists charges instead of naming the latest."""
    listed = at_path(found, "charges", "data")
    return text_at(listed[0], "id") if isinstance(listed, list) and listed and isinstance(listed[0], Mapping) else ""


def canceled(found: Mapping[str, Any]) -> list[Body]:
    """A PaymentIntent that Stripe cancelled by itself has expired; who cancelled otherwise is us or the player."""
    return payment("payment.expired" if text_at(found, "cancellation_reason") == "automatic" else "payment.canceled")(found)


def expired_charge(found: Mapping[str, Any]) -> list[Body]:
    return [about("payment.expired", found) | {"psp_ref": ref_of(found, "payment_intent")}]


REFUNDS = {
    "pending": "refund.submitted",
    "requires_action": "refund.submitted",
    "succeeded": "refund.processed",
    "failed": "refund.failed",
    "canceled": "refund.failed",
}


def refund(found: Mapping[str, Any]) -> list[Body]:
    """A Refund by its status. docs.stripe.com/api/refunds/object"""
    status = text_at(found, "status")
    if status not in REFUNDS:
        raise UnreadableBody(f"unknown status {status[:32]!r} of a refund")
    body = about(REFUNDS[status], found)
    return [body | {"refund_id": text_at(found, "id"), "psp_ref": ref_of(found, "payment_intent")}]


def payout(event: str) -> Callable[[Mapping[str, Any]], list[Body]]:
    """A payout to a player carries our reference; one without is Stripe's settlement to our own bank account."""

    def read(found: Mapping[str, Any]) -> list[Body]:
        body = about(event, found)
        if not str(body.get("merchant_reference", "")).startswith("po_"):
            raise NotRelevant("settlement to our own bank")
        ref = text_at(found, "id")
        return [body | {"payout_id": ref, "psp_ref": ref, "amount": amount_of("stripe", found.get("amount"), found.get("currency"))}]

    return read


MEANINGS: dict[str, Callable[[Mapping[str, Any]], list[Body]]] = {
    "payment_intent.processing": payment("payment.pending"),
    "payment_intent.amount_capturable_updated": payment("payment.authorized"),
    "payment_intent.succeeded": payment("payment.captured", "amount_received"),
    "payment_intent.payment_failed": payment("payment.failed"),
    "payment_intent.canceled": canceled,
    "charge.expired": expired_charge,
    "refund.created": refund,
    "refund.updated": refund,
    "refund.failed": refund,
    "charge.refund.updated": refund,
    "payout.paid": payout("payout.settled"),
    "payout.failed": payout("payout.failed"),
    "payout.canceled": payout("payout.failed"),
    **DISPUTES,
}
TOLD_BY_INTENT = "payment_intent.* tells it"
TOLD_BY_REFUND = "refund.* tells it"
NOT_RELEVANT = {
    "payment_intent.created": "our own call made it",
    "payment_intent.requires_action": "the answer to our call tells it",
    "payment_intent.partially_funded": "bank transfers are not offered",
    "charge.pending": TOLD_BY_INTENT,
    "charge.succeeded": TOLD_BY_INTENT,
    "charge.captured": TOLD_BY_INTENT,
    "charge.failed": TOLD_BY_INTENT,
    "charge.updated": TOLD_BY_INTENT,
    "charge.refunded": TOLD_BY_REFUND,
    "charge.dispute.updated": "its other events tell what moves",
    "payout.created": "settlement or our own call",
    "payout.updated": "settlement or our own call",
    "payout.reconciliation_completed": "the settlement report tells it",
    "balance.available": "our balance at Stripe: the report tells it",
}
OTHER_AREAS = frozenset(
    {
        *("account", "application_fee", "billing", "billing_portal", "capability", "cash_balance", "checkout", "climate", "coupon"),
        *("credit_note", "customer", "customer_cash_balance_transaction", "entitlements", "file", "financial_connections", "identity"),
        *("invoice", "invoice_payment", "invoiceitem", "issuing_authorization", "issuing_card", "issuing_cardholder", "issuing_dispute"),
        *("issuing_personalization_design", "issuing_token", "issuing_transaction", "mandate", "payment_link", "payment_method"),
        *("person", "plan", "price", "product", "promotion_code", "quote", "radar", "reporting", "review", "setup_intent", "sigma"),
        *("source", "subscription_schedule", "tax", "tax_rate", "terminal", "test_helpers", "topup", "transfer", "treasury"),
    }
)
