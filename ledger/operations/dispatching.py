"""The outbox read in order and handed to sinks (A9): at least once each, none passed over, from any position.

Ids are given before transactions commit, so that a reader who sees id 8 may miss id 7, which commits later. Only what is below the
horizon is read (ledger/horizon.py). A sink's position moves in the transaction in which it took the events: what it did in this
database happens once, what it did elsewhere may happen again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import cast

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from ledger.actors import Actor
from ledger.horizon import current_mark, last_id, wait_until_past
from ledger.models import DomainEvent, EventReader
from ledger.operations.audit import record_audit

log = structlog.get_logger(__name__)
Sink = Callable[[Sequence[DomainEvent]], None]

CHUNK = 500


def dispatch_events(*, now: datetime, wait_seconds: float | None = None) -> int:
    """Hand every event that can't be overtaken any more to every sink; returns how many were handed over. Outside any transaction.

    A sink that fails holds up itself alone and is tried again at the next turn; what it raised goes to the log.
    """
    handed = 0
    for sink, path in settings.EVENT_SINKS.items():
        try:
            handed += _dispatch(sink, cast(Sink, import_string(path)), now=now, wait_seconds=wait_seconds)
        except Exception as error:  # whatever a sink raises: the others go on, and its position has not moved
            log.warning("outbox.sink_failed", sink=sink, error=str(error)[:300], exc_info=True)
    return handed


def rewind_sink(*, sink: str, position: int, reason: str, actor: Actor, now: datetime) -> None:
    """Have a sink hear again everything after `position`; audited. Raises KeyError for a sink that is not in the settings."""
    if sink not in settings.EVENT_SINKS:
        raise KeyError(sink)
    with transaction.atomic():
        reader, _ = EventReader.objects.select_for_update().get_or_create(sink=sink)
        detail = {"from": reader.position, "to": position}
        reader.position, reader.mark, reader.marked_position = position, 0, 0
        reader.save()
        record_audit(act="events.replayed", actor=actor, target_kind="sink", target_id=sink, detail=detail, reason=reason, now=now)


def _dispatch(sink: str, hand_over: Sink, *, now: datetime, wait_seconds: float | None) -> int:
    handed = 0
    while (up_to := _settled(sink, wait_seconds)) is not None:
        before = handed
        while given := _hand_chunk(sink, hand_over, up_to, now):
            handed += given
        if handed == before:
            break
    return handed


def _settled(sink: str, wait_seconds: float | None) -> int | None:
    """Up to where the sink may read by now; None where there is nothing new, or older transactions still run."""
    reader, _ = EventReader.objects.get_or_create(sink=sink)
    last = last_id("ledger_domain_event")
    if last <= reader.position:
        return None
    mark, marked = reader.mark, reader.marked_position
    newest = current_mark()
    if marked <= reader.position or mark > newest:  # none is kept, or it is of another server's counter
        mark, marked = newest, last
    if wait_until_past(mark, seconds=settings.HORIZON_SECONDS if wait_seconds is None else wait_seconds):
        return marked
    EventReader.objects.filter(pk=sink, position=reader.position).update(mark=mark, marked_position=marked)
    return None


def _hand_chunk(sink: str, hand_over: Sink, up_to: int, now: datetime) -> int:
    """One chunk, under the reader's lock; 0 where nothing is left or another dispatcher is at it."""
    with transaction.atomic():
        reader = EventReader.objects.select_for_update(skip_locked=True).filter(pk=sink, position__lt=up_to).first()
        if reader is None:
            return 0
        events = list(DomainEvent.objects.filter(id__gt=reader.position, id__lte=up_to).order_by("id")[:CHUNK])
        if events:
            hand_over(events)
        reader.position = events[-1].id if len(events) == CHUNK else up_to
        reader.read_at = now
        reader.save(update_fields=["position", "read_at"])
    return len(events)
