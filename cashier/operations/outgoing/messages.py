"""What is sent of an event: the same bytes at every try. docs/outgoing-webhooks.md describes it for those who receive it."""

import json
from datetime import UTC
from typing import Any

from ledger.models import DomainEvent


def message_of(event: DomainEvent) -> dict[str, Any]:
    """{id, type, version, timestamp, aggregate, sequence, brand_id, data}; `data` in the shape of the API."""
    return {
        "id": event.public_id,
        "type": event.name,
        "version": event.version,
        "timestamp": event.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "aggregate": event.aggregate,
        "sequence": event.sequence,
        "brand_id": event.brand or None,
        "data": event.body,
    }


def bytes_of(event: DomainEvent) -> bytes:
    """The body of the request, UTF-8."""
    return json.dumps(message_of(event), separators=(",", ":"), ensure_ascii=False).encode()
