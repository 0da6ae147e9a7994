"""Standard Webhooks, for the generic signed-webhook provider. github.com/standard-webhooks/standard-webhooks. Pure.

Headers webhook-id (the idempotency key), webhook-timestamp (Unix seconds), webhook-signature (`v1,<base64>` or
`v1a,<base64>`, separated by spaces), over "<id>.<timestamp>.<raw body>". v1: HMAC-SHA256 with the base64 behind `whsec_`
(24 to 64 bytes); v1a: Ed25519, the public key as base64 behind `whpk_`. Body: the canonical one (W1), or that as `data` beside
`type` (its event) and `timestamp`.
"""

import re
from collections.abc import Mapping
from typing import Any

from cashier.webhooks.canonical import UnreadableBody
from cashier.webhooks.hmacs import base64_key, base64_of, is_same
from cashier.webhooks.signatures import MOST_SIGNATURES, TIMESTAMP, MalformedHeaders, is_in_window, is_signed_by
from cashier.webhooks.values import LONGEST_IDENTITY, Delivery, Item, Keys, NotAuthentic, dict_at, read_json, text_at

ID = re.compile(r"[!-~]{1,160}")
SHORTEST_KEY, LONGEST_KEY = 24, 64
LONGEST_HEADER = 2048


def verify(delivery: Delivery, keys: Keys) -> None:
    """Raises MalformedHeaders, NotAuthentic."""
    message, timestamp, given = read_headers(delivery.headers)
    signed = f"{message}.{timestamp}.".encode() + delivery.body
    found = False
    for scheme, value in given:
        for secret in keys.secrets if scheme == "v1" else ():
            key = secret_of(secret)
            found |= key is not None and is_same(base64_of(key, signed), value)
        for public_key in keys.public_keys if scheme == "v1a" else ():
            found |= is_signed_by(public_key.removeprefix("whpk_"), value, signed)
    if not found:
        raise NotAuthentic("signature")
    if not is_in_window(int(timestamp), at=delivery.at):
        raise NotAuthentic("time")


def split(delivery: Delivery) -> list[Item]:
    """The one event; its identity is the message's id. Raises UnreadableBody."""
    message = delivery.headers["webhook-id"]
    data = read_json(delivery.body)
    kind = text_at(data, "type") or text_at(data, "event")
    if not kind or len(message) > LONGEST_IDENTITY:
        raise UnreadableBody("neither a type nor an event")
    return [Item(kind, message, data, is_sealed=True)]


def normalise(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The canonical body in it. Raises UnreadableBody."""
    if not text_at(data, "type"):
        return [dict(data)]
    if not (inner := dict_at(data, "data")):
        raise UnreadableBody("a type without data")
    return [{"occurred_at": text_at(data, "timestamp"), **inner, "event": text_at(data, "type")}]


def read_headers(headers: Mapping[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
    """(id, timestamp, [(scheme, signature)]). Raises MalformedHeaders."""
    message, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    pairs = [part.partition(",") for part in headers.get("webhook-signature", "")[:LONGEST_HEADER].split()[:MOST_SIGNATURES]]
    if not ID.fullmatch(message) or not TIMESTAMP.fullmatch(timestamp) or not pairs:
        raise MalformedHeaders("webhook-id, webhook-timestamp and webhook-signature are needed")
    return message, timestamp, [(scheme, value) for scheme, _, value in pairs]


def secret_of(text: str) -> bytes | None:
    """The key behind `whsec_`; None where it is no base64 of 24 to 64 bytes."""
    key = base64_key(text.removeprefix("whsec_"))
    return key if key is not None and SHORTEST_KEY <= len(key) <= LONGEST_KEY else None
