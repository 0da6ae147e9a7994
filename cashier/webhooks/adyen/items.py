"""What Adyen's notification items have in common. Pure."""

from collections.abc import Mapping
from typing import Any

from cashier.webhooks.adyen.signature import instant_at, plain
from cashier.webhooks.canonical import UnreadableBody
from cashier.webhooks.minor_units import amount_of
from cashier.webhooks.values import at_path, text_at

Body = dict[str, Any]


def is_success(item: Mapping[str, Any]) -> bool:
    """Raises UnreadableBody for a value that is neither true nor false."""
    success = plain(item.get("success")).lower()
    if success not in ("true", "false"):
        raise UnreadableBody("success is neither true nor false")
    return success == "true"


def about(event: str, item: Mapping[str, Any]) -> Body:
    """A canonical body with the item's amount, time and our reference. Raises UnreadableBody."""
    at = instant_at(item, "eventDate")
    if at is None:
        raise UnreadableBody("eventDate is not an instant with its offset")
    money = amount_of("adyen", at_path(item, "amount", "value"), at_path(item, "amount", "currency"))
    body: Body = {"event": event, "occurred_at": at.isoformat(), "merchant_reference": text_at(item, "merchantReference")}
    return body | ({"amount": money} if money else {})


def payment(event: str, item: Mapping[str, Any]) -> Body:
    """An event of the payment that the item's own pspReference names."""
    return about(event, item) | {"psp_ref": text_at(item, "pspReference")}


def modification(event: str, item: Mapping[str, Any]) -> Body:
    """An event of a change to a payment: originalReference is the payment, pspReference the change."""
    return about(event, item) | {"psp_ref": text_at(item, "originalReference") or text_at(item, "pspReference")}
