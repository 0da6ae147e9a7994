"""Work on disputes: the call that answers one, and the sweeper that finds calls whose nudge or worker was lost."""

from typing import Any
from uuid import UUID

from celery import shared_task

from disputes import operations
from ledger import clock
from ledger.tracing import set_trace_id


@shared_task(name="disputes.tasks.send_answer")
def send_answer(*, call_id: str, trace_id: str = "", **kwargs: Any) -> str:
    """Send one answer. A rerun never sends twice: the row's state says what is still to be done."""
    set_trace_id(trace_id)
    return operations.send_answer(answer_id=UUID(call_id), now=clock.now())


@shared_task(name="disputes.tasks.sweep_answers")
def sweep_answers(**kwargs: Any) -> int:
    """Nudge every answer whose call is due."""
    return operations.sweep_answers()
