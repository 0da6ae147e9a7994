"""Calls to PSPs. Each loads nothing and runs one operation; a rerun is safe at any point: the row says what is left to do (C8)."""

from typing import Any
from uuid import UUID

from celery import shared_task

from cashier import operations
from ledger import clock
from ledger.tracing import set_trace_id


@shared_task(name="cashier.tasks.psp.authorize")
def authorize(*, call_id: str, trace_id: str = "", **kwargs: Any) -> str:
    """Send one attempt, or ask the PSP for it."""
    set_trace_id(trace_id)
    return operations.run_call(operations.AUTHORIZE, call_id=UUID(call_id), now=clock.now())


@shared_task(name="cashier.tasks.psp.capture")
def capture(*, call_id: str, trace_id: str = "", **kwargs: Any) -> str:
    """Send one capture, or ask the PSP for it."""
    set_trace_id(trace_id)
    return operations.run_call(operations.CAPTURE, call_id=UUID(call_id), now=clock.now())


@shared_task(name="cashier.tasks.psp.void")
def void(*, call_id: str, trace_id: str = "", **kwargs: Any) -> str:
    """Send one void, or ask the PSP for it."""
    set_trace_id(trace_id)
    return operations.run_call(operations.VOID, call_id=UUID(call_id), now=clock.now())


@shared_task(name="cashier.tasks.psp.refund")
def refund(*, call_id: str, trace_id: str = "", **kwargs: Any) -> str:
    """Send one refund, or ask the PSP for it."""
    set_trace_id(trace_id)
    return operations.run_call(operations.REFUND, call_id=UUID(call_id), now=clock.now())


@shared_task(name="cashier.tasks.psp.verify_instrument")
def verify_instrument(*, call_id: str, trace_id: str = "", **kwargs: Any) -> str:
    """Verify one instrument, or ask the PSP for it."""
    set_trace_id(trace_id)
    return operations.run_call(operations.VERIFY, call_id=UUID(call_id), now=clock.now())


@shared_task(name="cashier.tasks.psp.resolve_intent", autoretry_for=(operations.PspFailure,), max_retries=5, retry_backoff=True)
def resolve_intent(*, call_id: str, trace_id: str = "", **kwargs: Any) -> str:
    """Ask the PSP what it holds for one deposit, and bring ours up to it."""
    set_trace_id(trace_id)
    return operations.resolve_intent(intent_id=UUID(call_id), now=clock.now())


@shared_task(name="cashier.tasks.psp.pull_event")
def pull_event(*, pull_id: str, trace_id: str = "", **kwargs: Any) -> str:
    """Ask the PSP for the event of one of our objects that should have come."""
    set_trace_id(trace_id)
    return operations.pull_event(pull_id=int(pull_id), now=clock.now())
