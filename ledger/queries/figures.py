"""The books as an operator watches them (O3): the audit chain, checkpoints, the outbox, what waits for a second person."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min

from ledger.figures import Figure, Labelled, seconds_since, single
from ledger.models import ApprovalRequest, AuditRecord, AuditSeal, DomainEvent, EventReader

# Ids that were given and not used count too: about how far, for the price of two look-ups.
_TAIL = """SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('ledger_entry', 'id')::regclass), 0)
                  - coalesce((SELECT max(entry_id) FROM ledger_checkpoint), 0)"""


def gather(now: datetime) -> Iterator[Figure]:
    """Figures of the ledger."""
    yield single("checkpoint_tail_entries", "Entries behind the newest checkpoint: what every balance of the house adds up", _tail())
    yield from _audit(now)
    yield from _outbox(now)
    rows = ApprovalRequest.objects.filter(state=ApprovalRequest.State.PENDING, expires_at__gt=now)
    waiting = list(rows.order_by().values_list("kind").annotate(count=Count("pk"), oldest=Min("requested_at")))
    yield Figure("approvals_waiting", "Requests that wait for a second person", ("kind",), [((kind,), n) for kind, n, _ in waiting])
    ages: list[Labelled] = [((kind,), seconds_since(oldest, now)) for kind, _, oldest in waiting]
    yield Figure("approvals_oldest_seconds", "Age of the oldest of them", ("kind",), ages)


def _tail() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_TAIL)
        return max(int(cursor.fetchone()[0]), 0)


def _audit(now: datetime) -> Iterator[Figure]:
    sealed = AuditSeal.objects.order_by("-position").values_list("record_id", flat=True).first() or 0
    waits = AuditRecord.objects.filter(pk__gt=sealed).aggregate(count=Count("pk"), oldest=Min("recorded_at"))
    yield single("audit_unsealed_records", "Audit records that are not in the chain yet", waits["count"])
    yield single("audit_unsealed_seconds", "Age of the oldest of them", seconds_since(waits["oldest"], now))


def _outbox(now: datetime) -> Iterator[Figure]:
    """Per sink of the settings, one that never read among them. How many is told by ids: gaps count too, and a million costs nothing."""
    newest = DomainEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    positions = dict(EventReader.objects.values_list("sink", "position"))
    behind: list[Labelled] = []
    ages: list[Labelled] = []
    for sink in settings.EVENT_SINKS:
        position = positions.get(sink, 0)
        behind.append(((sink,), max(newest - position, 0)))
        oldest = DomainEvent.objects.filter(pk__gt=position).order_by("pk").values_list("occurred_at", flat=True).first()
        ages.append(((sink,), seconds_since(oldest, now)))
    yield Figure("outbox_behind_events", "Events of the outbox that a sink has not taken", ("sink",), behind)
    yield Figure("outbox_behind_seconds", "Age of the oldest of them", ("sink",), ages)
