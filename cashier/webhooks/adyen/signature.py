"""Adyen's two signatures, both HMAC-SHA256 in base64 with a key written in hexadecimal. Pure.

Standard notifications carry one in each item, over eight fields joined by ":" as they are (no escaping: Adyen's own
libraries and its vectors agree); platform webhooks one in the header HmacSignature, over the raw body. Neither signs a time:
a replay is stopped by the identity. docs.adyen.com/development-resources/webhooks/verify-hmac-signatures
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import structlog

from cashier.webhooks.canonical import UnreadableBody
from cashier.webhooks.hmacs import base64_of, hex_key, is_same
from cashier.webhooks.values import LONGEST_IDENTITY, Delivery, Item, Keys, NotAuthentic, at_path, dict_at, read_json, text_at

log = structlog.get_logger(__name__)

SIGNED_FIELDS: tuple[tuple[str, ...], ...] = (
    ("pspReference",),
    ("originalReference",),
    ("merchantAccountCode",),
    ("merchantReference",),
    ("amount", "value"),
    ("amount", "currency"),
    ("eventCode",),
    ("success",),
)
MOST_ITEMS = 100


def verify(delivery: Delivery, keys: Keys) -> None:
    """Every item of the body must be signed: one that is not refuses them all. Raises NotAuthentic."""
    try:
        data = read_json(delivery.body)
        pairs = list(signed_items(data)) if "notificationItems" in data else [platform_pair(delivery)]
    except UnreadableBody as error:  # the signature is inside: what can't be read is signed by nobody
        raise NotAuthentic("signature") from error
    binary = known_keys(keys)
    # No short cut: each pair is tried with each key, whatever the ones before it gave.
    verdicts = [is_signed(signed, given, binary) for signed, given in pairs]
    if not verdicts or not all(verdicts):
        raise NotAuthentic("signature")


def known_keys(keys: Keys) -> list[bytes]:
    """The keys as bytes; one that is not hexadecimal is told of, and can't verify anything."""
    binary = [hex_key(secret) for secret in keys.secrets]
    if None in binary:
        log.warning("webhook.key_is_not_hexadecimal", provider="adyen")
    return [key for key in binary if key]


def is_signed(signed: bytes, given: str, keys: list[bytes]) -> bool:
    found = False
    for key in keys:
        found |= is_same(base64_of(key, signed), given)
    return found


def signed_items(data: Mapping[str, Any]) -> Iterator[tuple[bytes, str]]:
    """(signed bytes, signature given) of each item; without additionalData there is none. Raises UnreadableBody."""
    for item in items_of(data):
        yield signed_bytes(item), text_at(item, "additionalData", "hmacSignature")


def platform_pair(delivery: Delivery) -> tuple[bytes, str]:
    return delivery.body, delivery.headers.get("hmacsignature", "")


def signed_bytes(item: Mapping[str, Any]) -> bytes:
    """The eight fields, empty where they are missing or null, joined as they are."""
    return ":".join(plain(at_path(item, *path)) for path in SIGNED_FIELDS).encode("utf-8", "surrogatepass")


def plain(value: Any) -> str:
    """A field as Adyen signs it: text as it is, numbers in digits, booleans in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def items_of(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The items of a standard notification, several in one body. Raises UnreadableBody."""
    listed = data.get("notificationItems")
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_ITEMS:
        raise UnreadableBody(f"notificationItems is not a list of 1 to {MOST_ITEMS}")
    found = [dict_at(each, "NotificationRequestItem") if isinstance(each, Mapping) else {} for each in listed]
    if not all(found):
        raise UnreadableBody("an item holds no NotificationRequestItem")
    return found


def split(delivery: Delivery) -> list[Item]:
    """Each item by itself. Adyen names a repetition by pspReference and eventCode; success is part of the kind here, since a
    failure that became a success is news. Raises UnreadableBody."""
    data = read_json(delivery.body)
    if "notificationItems" not in data:
        return [platform_item(data)]
    return [Item(*named(item), dict(item), instant_at(item, "eventDate")) for item in items_of(data)]


def named(item: Mapping[str, Any]) -> tuple[str, str]:
    """(kind, identity) of a standard item."""
    code, ref, success = text_at(item, "eventCode"), text_at(item, "pspReference"), plain(item.get("success"))
    identity = f"{ref}:{code}:{success}"
    if not code or not ref or len(identity) > LONGEST_IDENTITY:
        raise UnreadableBody("an item has no eventCode or no pspReference")
    return code, identity


def platform_item(data: dict[str, Any]) -> Item:
    kind, ref = text_at(data, "type"), text_at(data, "data", "pspReference") or text_at(data, "data", "id")
    identity = f"{ref}:{kind}:{text_at(data, 'createdAt')}"
    if not kind or len(identity) > LONGEST_IDENTITY:
        raise UnreadableBody("neither notificationItems nor a type")
    return Item(kind, identity, data, instant_at(data, "createdAt"))


def instant_at(data: Mapping[str, Any], name: str) -> datetime | None:
    """An instant with its offset; None where there is none that can be read."""
    try:
        found = datetime.fromisoformat(text_at(data, name))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
