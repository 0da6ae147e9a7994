"""The nudge after commit that wakes a worker for a payout; the row is the queue, a lost nudge is found by the sweeper."""

from uuid import UUID

from cashier.nudges import nudge

SEND_TASK = "cashier.tasks.psp.submit_payout"


def nudge_payout(payout_id: UUID) -> None:
    nudge(SEND_TASK, call_id=payout_id)
