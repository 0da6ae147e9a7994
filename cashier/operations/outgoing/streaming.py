"""Events of the outbox added to a Redis stream (A9): XADD under a cap, so that a stream that nobody reads never fills the memory."""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from cashier.operations.outgoing.messages import message_of
from cashier.redis import quick_redis, redis_key
from ledger.models import DomainEvent


def add_to_stream(events: Sequence[DomainEvent]) -> None:
    """The sink "stream". Fields: position, id, type, aggregate, sequence, message (the JSON of an outgoing webhook).

    All of a chunk or none. Raises RedisError: the position stays, the chunk is added again later. The key is under REDIS_PREFIX.
    """
    with quick_redis().pipeline(transaction=True) as pipeline:
        for event in events:
            pipeline.xadd(stream_key(), _fields(event), maxlen=settings.EVENT_STREAM_LENGTH, approximate=True)
        pipeline.execute()


def stream_key() -> str:
    """The stream's key: EVENT_STREAM under the installation's prefix."""
    return redis_key(settings.EVENT_STREAM)


def _fields(event: DomainEvent) -> dict[Any, Any]:
    message = json.dumps(message_of(event), separators=(",", ":"), ensure_ascii=False)
    return {
        "position": event.id,
        "id": event.public_id,
        "type": event.name,
        "aggregate": event.aggregate,
        "sequence": event.sequence,
        "message": message,
    }
