"""Payouts whose nudge or worker was lost (C8): the row is found by its state and time, and nudged again."""

from datetime import timedelta

from django.db.models import Q

from cashier.models import PayoutIntent, PayoutState, PspCall
from cashier.nudges import nudge
from cashier.operations.payouts.nudges import SEND_TASK
from ledger.clock import real_now

PATIENCE = timedelta(seconds=15)
BATCH = 500
ASK_TASK = "cashier.tasks.psp.resolve_payout"


def sweep_payouts() -> dict[str, int]:
    """Nudge what waits: {"to_send": n, "to_ask": n}. Times are real: leases and tries, whatever day is simulated."""
    at = real_now()
    approved = Q(state=PayoutState.APPROVED) & (Q(nudged_at__isnull=True) | Q(nudged_at__lte=at - PATIENCE))
    open_call = Q(state=PayoutState.SUBMITTED, call_state__in=PspCall.OPEN_CALLS, next_try_at__lte=at)
    quiet = Q(state=PayoutState.SUBMITTED, call_state=PspCall.CallState.DONE, next_try_at__lte=at)
    return {"to_send": nudge_all(approved | open_call, SEND_TASK), "to_ask": nudge_all(quiet, ASK_TASK)}


def nudge_all(which: Q, task: str) -> int:
    waiting = list(PayoutIntent.objects.filter(which).order_by("pk").values_list("pk", flat=True)[:BATCH])
    for payout_id in waiting:
        nudge(task, call_id=payout_id)
    return len(waiting)
