"""Events of the outbox made into deliveries, one for each endpoint that wants it (A8)."""

from collections.abc import Callable, Sequence
from math import ceil

from cashier.models import OutgoingDelivery, OutgoingEndpoint
from cashier.nudges import nudge
from ledger.clock import real_now
from ledger.models import DomainEvent

DRAIN = "cashier.tasks.outgoing.drain_endpoint"
PER_NUDGE = 5  # deliveries that wait for one worker, before another is called
MOST_NUDGES = 8


def fan_out(events: Sequence[DomainEvent]) -> None:
    """The sink "webhooks": rows for enabled endpoints, in the transaction that moves the sink's position. Heard again: nothing new."""
    for endpoint in OutgoingEndpoint.objects.filter(is_enabled=True):
        add_deliveries(endpoint, [event for event in events if endpoint.wants(event.name, event.brand)])


def add_deliveries(endpoint: OutgoingEndpoint, events: Sequence[DomainEvent]) -> None:
    """A waiting delivery for each event that has none, and nudges for the workers."""
    at = real_now()
    rows = [
        OutgoingDelivery(endpoint=endpoint, event=event, position=event.id, aggregate=event.aggregate, next_try_at=at, made_at=at)
        for event in events
    ]
    OutgoingDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    call_workers(endpoint, len(rows))


def call_workers(endpoint: OutgoingEndpoint, waiting: int, tell: Callable[..., None] = nudge) -> None:
    """Nudge as many workers as so many deliveries are worth, once the transaction has committed. `tell`: a first nudge, or a sweeper's."""
    for _ in range(min(ceil(waiting / PER_NUDGE), MOST_NUDGES)):
        tell(DRAIN, endpoint_id=endpoint.pk)
