"""Totals by rail, currency and status, as of any moment (L13): what people paid in and were paid out, and how it ended.

A status is where a thing stood at that moment, read from its transitions (S8). Deposits count by capture, so that parts of one
intent may differ; an intent without a capture counts by itself:

    success   captures that the PSP confirmed, gross      pending   open intents, gross, and captures under way
    reversed  captures that failed late or were returned  failed    intents that ended without money
    refunded  refunds that the PSP processed (their captures stay in success)

Payouts: success SETTLED, reversed RETURNED, failed FAILED, REJECTED or CANCELED, pending everything before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from cashier.models import Capture, DepositIntent, PayoutIntent, Refund
from cashier.models.deposits import ENDED_STATES, OPEN_STATES

STATUSES = ("success", "pending", "failed", "reversed", "refunded")

# State of each row at the moment: that of its last transition by then, else the one that it was made in.
_STATE = """
CASE WHEN %(at)s::timestamptz IS NULL THEN o.state ELSE coalesce(
    (SELECT t.to_state FROM ledger_transition t
      WHERE t.target_id = o.id AND t.field = 'state' AND t.at <= %(at)s ORDER BY t.id DESC LIMIT 1),
    (SELECT t.from_state FROM ledger_transition t WHERE t.target_id = o.id AND t.field = 'state' ORDER BY t.id LIMIT 1),
    o.state) END
"""
_MADE = "(%(at)s::timestamptz IS NULL OR o.created_at <= %(at)s)"
_PARTS = {
    "in": f"""
        SELECT i.method, o.currency, {_STATE} AS state, o.amount_minor AS amount FROM "{Capture._meta.db_table}" o
          JOIN "{DepositIntent._meta.db_table}" i ON i.id = o.intent_id WHERE i.entity_id = %(entity)s AND {_MADE}
        UNION ALL
        SELECT i.method, o.currency, {_STATE}, o.amount_minor FROM "{Refund._meta.db_table}" o
          JOIN "{Capture._meta.db_table}" c ON c.id = o.capture_id JOIN "{DepositIntent._meta.db_table}" i ON i.id = c.intent_id
         WHERE i.entity_id = %(entity)s AND {_MADE}
        UNION ALL
        SELECT o.method, o.currency, {_STATE}, o.gross_minor FROM "{DepositIntent._meta.db_table}" o
         WHERE o.entity_id = %(entity)s AND {_MADE} AND NOT EXISTS (
               SELECT FROM "{Capture._meta.db_table}" c
                WHERE c.intent_id = o.id AND (%(at)s::timestamptz IS NULL OR c.created_at <= %(at)s))""",
    "out": f"""
        SELECT n.method, o.currency, {_STATE} AS state, o.amount_minor AS amount FROM "{PayoutIntent._meta.db_table}" o
          JOIN cashier_instrument n ON n.id = o.instrument_id WHERE o.entity_id = %(entity)s AND {_MADE}""",
}
STATUS_OF: dict[str, dict[str, str]] = {
    "in": {
        "SUCCEEDED": "success",
        "SUBMITTED": "pending",
        "FAILED_LATE": "reversed",
        "RETURNED": "reversed",
        "REFUSED": "failed",
        "REFUND_PROCESSED": "refunded",
        **dict.fromkeys(map(str, OPEN_STATES), "pending"),
        **dict.fromkeys(map(str, ENDED_STATES), "failed"),
    },
    "out": {
        "SETTLED": "success",
        "RETURNED": "reversed",
        **dict.fromkeys(("FAILED", "REJECTED", "CANCELED"), "failed"),
        **dict.fromkeys(("REQUESTED", "UNDER_REVIEW", "APPROVED", "SUBMITTED"), "pending"),
    },
}


@dataclass(frozen=True, slots=True)
class RailTotal:
    """Sum and number of one direction ("in" or "out"), rail (method), currency and status; minor units."""

    direction: str
    method: str
    currency: str
    status: str
    amount_minor: int
    count: int


def rail_totals(entity_id: UUID, at: datetime | None = None) -> list[RailTotal]:
    """All totals of an entity, now or as they stood at an instant (aware)."""
    sums: dict[tuple[str, str, str, str], list[int]] = {}
    for direction, method, currency, state, amount, count in _rows(entity_id, at):
        status = STATUS_OF[direction].get(state)
        if status is not None:  # refunds under way, failed or reversed move no money of the capture
            both = sums.setdefault((direction, method, currency, status), [0, 0])
            both[0] += int(amount)
            both[1] += count
    order = {status: place for place, status in enumerate(STATUSES)}
    keys = sorted(sums, key=lambda key: (*key[:3], order[key[3]]))
    return [RailTotal(*key, *sums[key]) for key in keys]


def _rows(entity_id: UUID, at: datetime | None) -> Iterator[tuple[Any, ...]]:
    for direction, parts in _PARTS.items():
        with connection.cursor() as cursor:
            statement = f"SELECT method, currency, state, sum(amount), count(*) FROM ({parts}) o GROUP BY 1, 2, 3"
            cursor.execute(statement, {"entity": entity_id, "at": at})
            for row in cursor.fetchall():
                yield (direction, *row)
