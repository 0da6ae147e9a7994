"""The outbox (A9): a public event is a row, written where its change is written, so that both commit or neither does.

Which events are public, and what they carry, is the table settings.DOMAIN_EVENTS. transitions.move and record_birth publish by
themselves; an operation that changes no state calls `publish`. docs/adr/0012 says why it is here and how order is kept.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.utils.module_loading import import_string

from ledger.errors import NoOpenTransaction
from ledger.ids import new_id
from ledger.notices import tell
from ledger.tracing import current_trace_id

# The number after the aggregate's last one that we can see. Whoever took it in a transaction that has not ended is waited for by the
# unique index; if that one commits, nothing is inserted here, and the next try sees it. So events of an aggregate commit in their order.
_INSERT = """
INSERT INTO ledger_domain_event (event_id, name, version, aggregate, sequence, subject, brand, body, trace_id, occurred_at)
SELECT %(event_id)s, %(name)s, %(version)s, %(aggregate)s::varchar, coalesce(max(sequence), 0) + 1, %(subject)s, %(brand)s, %(body)s::jsonb,
       %(trace_id)s, %(occurred_at)s
  FROM ledger_domain_event WHERE aggregate = %(aggregate)s::varchar
ON CONFLICT (aggregate, sequence) DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What an event carries: see DomainEvent. `body` is JSON, in the shape of the API."""

    aggregate: str
    subject: str
    body: dict[str, Any]
    brand: str = ""


Describe = Callable[[Any], Told]


def public_events() -> dict[str, tuple[str, str]]:
    """Every public event's name -> (model, the act's name as operations call it)."""
    return {name: (label, act) for label, row in settings.DOMAIN_EVENTS.items() for act, name in row["events"].items()}


def publish(obj: models.Model, event: str, *, now: datetime) -> int | None:
    """Write the event into the outbox, in the caller's transaction, and wake the dispatcher once that has committed.

    Returns its position; None where the event is not public. Raises NoOpenTransaction.
    """
    row = settings.DOMAIN_EVENTS.get(obj._meta.label)
    name = row["events"].get(event) if row else None
    if row is None or name is None:
        return None
    if not connection.in_atomic_block:
        raise NoOpenTransaction("An event is published in the transaction that it tells of.")
    told = _describe(row["body"])(obj)
    position = _insert(
        {
            "event_id": new_id(),
            "name": name,
            "version": row["version"],
            "aggregate": told.aggregate,
            "subject": told.subject,
            "brand": told.brand,
            "body": json.dumps(told.body, default=str),
            "trace_id": current_trace_id(),
            "occurred_at": now,
        }
    )
    tell("outbox.written")
    return position


def _insert(values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_INSERT, values)
            if (made := cursor.fetchone()) is not None:
                return int(made[0])


@lru_cache
def _describe(path: str) -> Describe:
    described: Describe = import_string(path)
    return described
