"""The sandbox's own door: the canonical headers and body (W1, W2), at an address that names the account. Pure."""

from collections.abc import Mapping
from typing import Any

from cashier.webhooks.canonical import UnreadableBody
from cashier.webhooks.signatures import is_in_window, is_signed, read_headers
from cashier.webhooks.values import LONGEST_IDENTITY, Delivery, Item, Keys, NotAuthentic, read_json, text_at


def verify(delivery: Delivery, keys: Keys) -> None:
    """Raises MalformedHeaders, NotAuthentic."""
    found = delivery.headers
    headers = read_headers(
        account=found.get("x-merchant-account", "-"),
        timestamp=found.get("x-timestamp"),
        nonce=found.get("x-nonce"),
        signature=found.get("x-signature"),
    )
    if not is_signed(headers, delivery.body, secrets=keys.secrets, public_keys=keys.public_keys):
        raise NotAuthentic("signature")
    if not is_in_window(headers.timestamp, at=delivery.at):
        raise NotAuthentic("time")


def split(delivery: Delivery) -> list[Item]:
    """The one event; its identity is the event's id, else its nonce. Raises UnreadableBody."""
    data = read_json(delivery.body)
    kind, identity = text_at(data, "event"), text_at(data, "event_id") or f"nonce:{delivery.headers['x-nonce']}"
    if not kind or len(identity) > LONGEST_IDENTITY:
        raise UnreadableBody("no event is named")
    return [Item(kind, identity, data)]


def normalise(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The body is canonical as it is."""
    return [dict(data)]
