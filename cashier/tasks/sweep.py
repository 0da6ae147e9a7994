"""The sweepers: rows whose nudge or worker was lost, intents past their time."""

from typing import Any
from uuid import UUID

from celery import shared_task

from cashier import operations
from ledger import clock
from ledger.tracing import set_trace_id


@shared_task(name="cashier.tasks.sweep.sweep_calls")
def sweep_calls(**kwargs: Any) -> int:
    """Nudge calls to PSPs that are due."""
    return operations.sweep_calls()


@shared_task(name="cashier.tasks.sweep.sweep_events")
def sweep_events(**kwargs: Any) -> int:
    """Nudge events that are due, drop old nonces."""
    return operations.sweep_events()


@shared_task(name="cashier.tasks.sweep.revive_after_outage")
def revive_after_outage(**kwargs: Any) -> int:
    """Put back dead letters of PSPs that answer again."""
    return operations.revive_after_outage(now=clock.now())


@shared_task(name="cashier.tasks.sweep.sweep_overdue")
def sweep_overdue(**kwargs: Any) -> int:
    """Nudge the expiry of intents past their time."""
    return operations.sweep_overdue(now=clock.now())


@shared_task(name="cashier.tasks.sweep.sweep_late")
def sweep_late(**kwargs: Any) -> int:
    """Nudge the question for every event that should have come."""
    return operations.sweep_late()


@shared_task(name="cashier.tasks.sweep.expire_intent")
def expire_intent(*, intent_id: str, trace_id: str = "", **kwargs: Any) -> str:
    """End one intent that is past its time, after asking the PSP."""
    set_trace_id(trace_id)
    return operations.expire_intent(intent_id=UUID(intent_id), now=clock.now())
