"""Answers as the API's own description gives them (A1)."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

TEXT: dict[str, Any] = {"type": "string"}
NULL_TEXT: dict[str, Any] = {"type": ["string", "null"]}
AMOUNT: dict[str, Any] = {
    "type": "object",
    "required": ["amount", "currency"],
    "properties": {"amount": TEXT, "currency": TEXT},
}


def body(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object with these properties; more may be added."""
    return {"type": "object", "required": sorted(required), "properties": {**required, **(optional or {})}}


def page(item: dict[str, Any]) -> dict[str, Any]:
    """A cursor page of items."""
    return body({"results": {"type": "array", "items": item}, "next": NULL_TEXT, "previous": NULL_TEXT})


INITIATED = body({"intent_id": TEXT, "status": TEXT})
ENDED = body({"intent_id": TEXT, "status": TEXT})
WAITING = body({"intent_id": TEXT, "status": TEXT, "attempt": TEXT, "poll": TEXT})
CAPTURED = body({"status": TEXT, "intent_id": TEXT, "capture_id": TEXT})
AUTHORIZED = body(
    {"intent_id": TEXT, "status": TEXT, "psp_ref": TEXT},
    {"eci": TEXT, "cavv": TEXT, "capture_id": NULL_TEXT, "action": {"type": ["object", "null"]}},
)
INTENT = body(
    {
        "intent_id": TEXT,
        "status": TEXT,
        "player_id": TEXT,
        "brand_id": TEXT,
        "method": TEXT,
        "amount": AMOUNT,
        "charged": AMOUNT,
        "captured": TEXT,
        "refunded": TEXT,
        "created_at": TEXT,
    },
    {"action": {"type": ["object", "null"]}, "decline_code": NULL_TEXT, "capture_ids": {"type": "array", "items": TEXT}},
)
CAPTURE = body({"capture_id": TEXT, "intent_id": TEXT, "status": TEXT, "amount": AMOUNT, "refundable": TEXT, "captured_at": NULL_TEXT})
REFUND = body({"id": TEXT, "refund_id": TEXT, "capture_id": TEXT, "status": TEXT, "amount": AMOUNT})
INSTRUMENT = body({"instrument_id": TEXT, "player_id": TEXT, "method": TEXT, "masked": TEXT, "status": TEXT})
ENTRY = body({"at": TEXT, "kind": TEXT, "about": TEXT, "what": TEXT, "detail": {"type": "object"}})
TIMELINE = body({"intent_id": TEXT, "entries": {"type": "array", "items": ENTRY}})

PLAYER_FILTER = OpenApiParameter("player_id", str, description="Our id, or the brand's own")
STATUS_FILTER = OpenApiParameter("status", str, many=True)
PAGE_FILTERS = [OpenApiParameter("cursor", str), OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 500})]
INTENT_FILTERS = [STATUS_FILTER, PLAYER_FILTER, *PAGE_FILTERS]
