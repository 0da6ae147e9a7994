"""`POST /hooks/payments`, for simple providers (W8): {payment_id, amount, status, timestamp}. Pure.

`X-Signature: sha256=<hex HMAC of the raw body>` with the account's secret; the window of five minutes, both ways, is on the
body's `timestamp` (Unix seconds or an RFC 3339 instant). `payment_id` is ours (`pi_…`) or the provider's; `amount` is in major
units of the deposit's own currency, as text or a number; no identity but (payment_id, status).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cashier.webhooks.canonical import LONGEST, UnreadableBody
from cashier.webhooks.hmacs import hex_of, is_same
from cashier.webhooks.signatures import MOST_SIGNATURES, TIMESTAMP, MalformedHeaders, is_in_window
from cashier.webhooks.values import Delivery, Item, Keys, NotAuthentic, read_json, text_at

STATUSES = {
    "authorized": "payment.authorized",
    "authorised": "payment.authorized",
    "pending": "payment.pending",
    "processing": "payment.pending",
    "captured": "payment.captured",
    "completed": "payment.captured",
    "paid": "payment.captured",
    "succeeded": "payment.captured",
    "success": "payment.captured",
    "failed": "payment.failed",
    "declined": "payment.failed",
    "rejected": "payment.failed",
    "expired": "payment.expired",
    "canceled": "payment.canceled",
    "cancelled": "payment.canceled",
    "voided": "payment.voided",
    "returned": "payment.returned",
}


def verify(delivery: Delivery, keys: Keys) -> None:
    """Raises MalformedHeaders, NotAuthentic. A signed body whose time can't be read passes: it is kept as a dead letter."""
    parts = [part.strip() for part in delivery.headers.get("x-signature", "").split(",", MOST_SIGNATURES)[:MOST_SIGNATURES]]
    if not all(part.startswith("sha256=") for part in parts):
        raise MalformedHeaders("X-Signature is sha256=<hex>")
    found = False
    for secret in keys.secrets:
        expected = hex_of(secret.encode(), delivery.body)
        for part in parts:
            found |= is_same(expected, part.removeprefix("sha256="))
    if not found:
        raise NotAuthentic("signature")
    try:
        at = instant_of(read_json(delivery.body))
    except UnreadableBody:
        return
    if not is_in_window(int(at.timestamp()), at=delivery.at):
        raise NotAuthentic("time")


def split(delivery: Delivery) -> list[Item]:
    """The one event. Raises UnreadableBody."""
    data = read_json(delivery.body)
    payment, status = text_at(data, "payment_id"), text_at(data, "status").lower()
    if not payment or not status or len(payment) > LONGEST or len(status) > LONGEST // 4:
        raise UnreadableBody("payment_id and status are needed")
    return [Item(status, f"{payment}:{status}", data, instant_of(data))]


def normalise(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What it means. Raises UnreadableBody for a status that we do not know."""
    payment, status = text_at(data, "payment_id"), text_at(data, "status").lower()
    if status not in STATUSES:
        raise UnreadableBody(f"unknown status {status!r}")
    body: dict[str, Any] = {"event": STATUSES[status], "occurred_at": instant_of(data).isoformat()}
    body |= {"merchant_reference": payment} if payment.startswith("pi_") else {"psp_ref": payment}
    amount = text_at(data, "amount")
    return [body | ({"amount": {"major": amount}} if amount else {})]


def instant_of(data: Mapping[str, Any]) -> datetime:
    """Raises UnreadableBody."""
    text = text_at(data, "timestamp")
    seconds = text.partition(".")[0]
    try:
        found = datetime.fromtimestamp(int(seconds), UTC) if TIMESTAMP.fullmatch(seconds) else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableBody("timestamp is not an instant") from error
    if found.tzinfo is None:
        raise UnreadableBody("timestamp has no offset")
    return found
