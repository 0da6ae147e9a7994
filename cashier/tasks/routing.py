"""Routing from beat: what is learned, and dry runs whose worker was lost."""

from typing import Any
from uuid import UUID

from celery import shared_task

from cashier.operations.routing import learning, trials
from ledger import clock
from ledger.tracing import set_trace_id


@shared_task(name="cashier.tasks.routing.refresh")
def refresh(**kwargs: Any) -> dict[str, int]:
    """Sum the young hours of the sliding window anew, and stop arms that lose."""
    now = clock.now()
    return {"tallies": learning.refresh_tallies(now=now), "stopped": len(learning.stop_losing_arms(now=now))}


@shared_task(name="cashier.tasks.routing.learn_fees")
def learn_fees(**kwargs: Any) -> int:
    """Learn what payments cost from settlement lines."""
    return learning.learn_fees(now=clock.now())


@shared_task(name="cashier.tasks.routing.run_trial")
def run_trial(*, trial_id: str, trace_id: str = "", **kwargs: Any) -> str:
    """One dry run; a rerun while another worker has it does nothing."""
    set_trace_id(trace_id)
    return trials.run_trial(trial_id=UUID(trial_id), now=clock.now())


@shared_task(name="cashier.tasks.routing.sweep_trials")
def sweep_trials(**kwargs: Any) -> int:
    """Nudge dry runs that wait, or whose worker died."""
    return trials.sweep_trials()
