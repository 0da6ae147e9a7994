"""Bodies of answers for deposits, captures, refunds and instruments. Amounts are strings, instants RFC 3339 UTC."""

from datetime import UTC, datetime
from typing import Any

from cashier.models import Attempt, Capture, DepositIntent, Instrument, Refund
from cashier.queries.timeline import TimelineEntry
from ledger.api.fields import amount_body
from ledger.money import format_major, get_asset


def instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def intent_body(intent: DepositIntent) -> dict[str, Any]:
    """GET /v1/cashier/intents/{id}"""
    asset = get_asset(intent.currency)
    sums = ("authorised", "captured", "refunded", "disputed", "returned")
    attempt = intent.attempts.order_by("-number").first()
    return {
        "intent_id": intent.public_id,
        "status": str(intent.state),
        "player_id": intent.player.public_id,
        "brand_id": intent.brand.code,
        "region": intent.region,
        "method": intent.method,
        "amount": amount_body(intent.amount_minor, intent.currency),
        "charged": amount_body(intent.gross_minor, intent.currency),
        "fee_model": intent.fee_model,
        "player_fee": format_major(intent.player_fee_minor, asset),
        **{name: format_major(getattr(intent, f"{name}_minor"), asset) for name in sums},
        "attempt": attempt.call_state if attempt else None,
        "psp_ref": attempt.psp_ref if attempt else "",
        "eci": attempt.eci if attempt else "",
        "cavv": attempt.cavv if attempt else "",
        "action": intent.action if intent.state == DepositIntent.State.ACTION_REQUIRED else None,
        "decline_code": intent.decline_code or None,
        "retry": intent.decline_retry or None,
        "capture_ids": [capture.public_id for capture in intent.captures.order_by("pk")],
        "metadata": intent.metadata,
        "created_at": instant(intent.created_at),
        "expires_at": instant(intent.expires_at),
    }


def authorization_body(intent: DepositIntent, attempt: Attempt) -> dict[str, Any]:
    """What authorize answers once the intent has moved (A4)."""
    body: dict[str, Any] = {"intent_id": intent.public_id, "status": str(intent.state), "psp_ref": attempt.psp_ref}
    if intent.state == DepositIntent.State.ACTION_REQUIRED:
        return body | {"action": intent.action}
    if intent.state == DepositIntent.State.PENDING:
        return body
    body |= {"eci": attempt.eci, "cavv": attempt.cavv}
    if intent.state == DepositIntent.State.CAPTURED:
        capture = intent.captures.order_by("pk").first()
        body["capture_id"] = capture.public_id if capture else None
    return body


def waiting_body(intent: DepositIntent, attempt: Attempt) -> dict[str, Any]:
    """202: the answer takes longer than we wait."""
    return {
        "intent_id": intent.public_id,
        "status": "INITIATED",
        "attempt": attempt.call_state,
        "poll": f"/v1/cashier/intents/{intent.public_id}",
    }


def capture_body(capture: Capture) -> dict[str, Any]:
    """GET /v1/cashier/captures/{id}"""
    asset = get_asset(capture.currency)
    return {
        "capture_id": capture.public_id,
        "intent_id": capture.intent.public_id,
        "status": str(capture.state),
        "amount": amount_body(capture.amount_minor, capture.currency),
        "refunded": format_major(capture.refunded_minor, asset),
        "refundable": format_major(max(capture.refundable_minor, 0), asset),
        "disputed": format_major(capture.disputed_minor, asset),
        "returned": format_major(capture.returned_minor, asset),
        "psp_ref": capture.psp_ref,
        "captured_at": instant(capture.captured_at),
    }


def refund_body(refund: Refund) -> dict[str, Any]:
    """GET /v1/cashier/refunds/{id}, and what a refund's request answers."""
    return {
        "id": refund.public_id,
        "refund_id": refund.refund_id,
        "capture_id": refund.capture.public_id,
        "status": str(refund.state),
        "amount": amount_body(refund.amount_minor, refund.currency),
        "decline_code": refund.decline_code or None,
        "created_at": instant(refund.created_at),
        "processed_at": instant(refund.processed_at),
    }


def instrument_body(instrument: Instrument) -> dict[str, Any]:
    """GET /v1/cashier/instruments/{id}; the token itself is not given out again."""
    return {
        "instrument_id": instrument.public_id,
        "player_id": instrument.player.public_id,
        "method": instrument.method,
        "masked": instrument.masked,
        "status": str(instrument.state),
        "verified_at": instant(instrument.verified_at),
        "created_at": instant(instrument.created_at),
    }


def timeline_body(entry: TimelineEntry) -> dict[str, Any]:
    return {"at": instant(entry.at), "kind": entry.kind, "about": entry.about, "what": entry.what, "detail": entry.detail}
