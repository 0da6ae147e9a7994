"""Work on stored webhooks."""

from typing import Any
from uuid import UUID

from celery import shared_task

from cashier import operations
from ledger import clock
from ledger.tracing import set_trace_id


@shared_task(name="cashier.tasks.webhooks.apply_event")
def apply_event(*, event_id: str, trace_id: str = "", **kwargs: Any) -> str:
    """Apply one stored event; the row keeps its own tries and times."""
    set_trace_id(trace_id)
    return operations.apply_event(event_id=UUID(event_id), now=clock.now())
