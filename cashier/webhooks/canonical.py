"""The canonical body of a webhook (W1): bytes in, one event out. Pure."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

NAMES = {
    "payment": ("authorized", "pending", "captured", "failed", "expired", "canceled", "voided", "returned"),
    "refund": ("submitted", "processed", "failed", "reversed"),
    "payout": ("settled", "failed", "returned"),
    "dispute": (
        "inquiry",
        "inquiry_closed",
        "opened",
        "debited",
        "credited",
        "won",
        "lost",
        "accepted",
        "expired",
        "withdrawn",
        "auto_refunded",
    ),
}
EVENTS = frozenset(f"{area}.{name}" for area, names in NAMES.items() for name in names)
LONGEST = 128
YEARS = range(2000, 2100)  # others overflow somewhere, in a zone or in the database


class UnreadableBody(Exception):
    """The body is signed, but not of the canonical form."""


@dataclass(frozen=True, slots=True)
class CanonicalEvent:
    """One event. References are the PSP's own ids, except intent_ref (ours, of the payment) and own_ref (ours, of the object)."""

    event: str
    provider_event_id: str
    psp_ref: str
    intent_ref: str
    capture_ref: str
    refund_ref: str
    payout_ref: str
    dispute_ref: str
    movement: str
    own_ref: str
    amount_minor: int | None
    currency: str
    occurred_at: datetime
    idempotency_key: str

    @property
    def identity_key(self) -> str:
        """The provider's event id; without one (event, psp_ref, idempotency_key)."""
        if self.provider_event_id:
            return f"id:{self.provider_event_id}"
        parts = "\x1f".join((self.event, self.psp_ref, self.idempotency_key))
        return "of:" + hashlib.sha256(parts.encode()).hexdigest()

    @property
    def object_key(self) -> str:
        """The kind and the provider's object (capture, refund, payout, dispute movement); empty where it names none."""
        ref = self.object_ref
        return f"{self.event}:{ref}" if ref else ""

    @property
    def object_ref(self) -> str:
        area = self.event.partition(".")[0]
        if area == "dispute" and self.dispute_ref:
            return f"{self.dispute_ref}:{self.movement}" if self.movement else self.dispute_ref
        ref = {"refund": self.refund_ref, "payout": self.payout_ref}.get(area) or (self.capture_ref if area == "payment" else "")
        if area == "payment" and not ref and self.event != "payment.captured":
            return self.psp_ref
        return f"{ref}:{self.movement}" if ref and self.movement else ref


def read_event(body: bytes) -> CanonicalEvent:
    """The event in a canonical body. Raises UnreadableBody, saying what is wrong."""
    data = _load(body)
    event = _text(data, "event", is_needed=True)
    if event not in EVENTS:
        raise UnreadableBody(f"unknown event {event[:48]!r}")
    amount_minor, currency = _amount(data.get("amount"))
    return CanonicalEvent(
        event=event,
        provider_event_id=_text(data, "event_id"),
        psp_ref=_text(data, "psp_ref"),
        intent_ref=_text(data, "intent_id"),
        capture_ref=_text(data, "capture_id"),
        refund_ref=_text(data, "refund_id"),
        payout_ref=_text(data, "payout_id"),
        dispute_ref=_text(data, "dispute_id"),
        movement=_text(data, "movement"),
        own_ref=_text(data, "merchant_reference"),
        amount_minor=amount_minor,
        currency=currency,
        occurred_at=_instant(data),
        idempotency_key=_text(data, "idempotency_key"),
    )


def _load(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body.decode("utf-8"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise UnreadableBody("not JSON") from error
    if not isinstance(data, dict):
        raise UnreadableBody("not a JSON object")
    return data


def _text(data: dict[str, Any], name: str, *, is_needed: bool = False) -> str:
    value = data.get(name)
    if value is None:
        value = ""
    if isinstance(value, int) and not isinstance(value, bool) and name == "movement":
        value = str(value)
    if not isinstance(value, str) or len(value) > LONGEST or not is_storable(value) or (is_needed and not value):
        raise UnreadableBody(f"{name} is not a text of at most {LONGEST} characters")
    return value


def is_storable(text: str) -> bool:
    """Whether the database can hold it: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _amount(value: Any) -> tuple[int | None, str]:
    if value is None:
        return None, ""
    minor, currency = (value.get("minor_units"), value.get("currency")) if isinstance(value, dict) else (None, None)
    if (
        isinstance(minor, bool)
        or not isinstance(minor, int)
        or not 0 <= minor < 10**30
        or not isinstance(currency, str)
        or len(currency) > 16
    ):
        raise UnreadableBody("amount is not {minor_units, currency}")
    return minor, currency


def _instant(data: dict[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(_text(data, "occurred_at", is_needed=True))
    except ValueError as error:
        raise UnreadableBody("occurred_at is not an instant") from error
    if at.year not in YEARS:
        raise UnreadableBody("occurred_at is of another age")
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
