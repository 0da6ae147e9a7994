"""What Stripe's objects have in common. Pure."""

from collections.abc import Mapping
from typing import Any

from cashier.webhooks.minor_units import amount_of
from cashier.webhooks.values import text_at

Body = dict[str, Any]


def about(event: str, found: Mapping[str, Any], *, amount: str = "amount") -> Body:
    """A canonical body with the object's amount and our reference, if it carries one."""
    body: Body = {"event": event, "merchant_reference": text_at(found, "metadata", "merchant_reference")}
    money = amount_of("stripe", found.get(amount), found.get("currency"))
    return body | ({"amount": money} if money else {})


def ref_of(found: Mapping[str, Any], name: str) -> str:
    """The id in a field that holds an id, or the whole object where it was expanded."""
    return text_at(found, name) or text_at(found, name, "id")
