"""Business days of an entity: which day a posting wants, closing a day to postings and opening it again (L16, D3)."""

import time
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from ledger.actors import Actor
from ledger.calendar import business_date, day_bounds
from ledger.models import BusinessDay, LegalEntity
from ledger.refusals import LedgerError
from ledger.transitions import attribute

_KEEP_SECONDS = 5.0
Kept = tuple[LegalEntity, tuple[datetime, datetime], date]
_entities: dict[UUID, tuple[float, Kept]] = {}


def wanted_date(entity_id: UUID, occurred_at: datetime) -> date:
    """The entity's day in which it happened; whether that day is open is the posting function's question."""
    entity, (start, end), day = _kept(entity_id, occurred_at)
    return day if start <= occurred_at < end else business_date(entity, occurred_at)


def close_to_postings(*, entity_id: UUID, day: date, actor: Actor, now: datetime) -> BusinessDay:
    """Mark the day not open (CLOSING): from this commit on postings of the day go to the next open day.

    A caller that wants to count the day then waits until `ledger.horizon.is_past(current_mark())`: older database
    transactions may still post into it. Idempotent.
    """
    return _set_open(entity_id, day, is_open=False, actor=actor, now=now, reason="closing")


def open_to_postings(*, entity_id: UUID, day: date, actor: Actor, now: datetime) -> BusinessDay:
    """Mark the day open again (a reopened day, or one that changed after PREPARED). Idempotent."""
    return _set_open(entity_id, day, is_open=True, actor=actor, now=now, reason="opened again")


def _set_open(entity_id: UUID, day: date, *, is_open: bool, actor: Actor, now: datetime, reason: str) -> BusinessDay:
    with transaction.atomic():
        entity = LegalEntity.objects.select_for_update(no_key=True).get(pk=entity_id)
        row = BusinessDay.objects.filter(entity=entity, date=day).first() or BusinessDay(entity=entity, date=day)
        if row.pk and row.is_open == is_open:
            return row
        row.is_open, row.changed_at = is_open, now
        attribute(row, actor, reason)
        row.save()
        return row


def _kept(entity_id: UUID, instant: datetime) -> Kept:
    """The entity with the bounds of a day of late, kept for seconds of real time: read for every posting, hardly ever changed."""
    expires, kept = _entities.get(entity_id, (0.0, None))
    if kept is not None and time.monotonic() < expires:
        return kept
    entity = LegalEntity.objects.filter(pk=entity_id).first()
    if entity is None:
        raise LedgerError(f"No legal entity {entity_id} is known.")
    day = business_date(entity, instant)
    kept = (entity, day_bounds(entity, day), day)
    _entities[entity_id] = (time.monotonic() + _KEEP_SECONDS, kept)
    return kept
