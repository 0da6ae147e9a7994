"""Work on payouts: the call to the PSP, and the sweeper that finds rows whose nudge or worker was lost."""

from typing import Any
from uuid import UUID

from celery import shared_task

from cashier.operations import payouts as operations
from ledger import clock
from ledger.tracing import set_trace_id


@shared_task(name="cashier.tasks.psp.submit_payout")
def submit_payout(*, call_id: str, trace_id: str = "", **kwargs: Any) -> str:
    """Send one payout, or ask the PSP for it. A rerun never pays twice: the row's state says what is still to be done (P8)."""
    set_trace_id(trace_id)
    return operations.submit_payout(payout_id=UUID(call_id), now=clock.now())


@shared_task(name="cashier.tasks.psp.resolve_payout")
def resolve_payout(*, call_id: str, trace_id: str = "", **kwargs: Any) -> None:
    """Ask the PSP for the end of one payout that has been quiet for long."""
    set_trace_id(trace_id)
    operations.resolve_payout(payout_id=UUID(call_id), now=clock.now())


@shared_task(name="cashier.tasks.payouts.sweep_payouts")
def sweep_payouts(**kwargs: Any) -> dict[str, int]:
    """Nudge every payout that waits: approved and not sent, open calls that are due, and those that have been quiet for long."""
    return operations.sweep_payouts()
