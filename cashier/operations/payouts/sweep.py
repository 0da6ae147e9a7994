"""Payouts whose nudge or worker was lost (C8): the row is found by its state and time, and nudged again."""

from django.db import transaction
from django.db.models import Q

from cashier.models import PayoutIntent, PayoutState, PspCall
from cashier.nudges import not_nudged_lately, nudge_again
from cashier.operations.calls import save_call
from cashier.operations.payouts.nudges import SEND_TASK
from ledger.clock import real_now

BATCH = 500
ASK_TASK = "cashier.tasks.psp.resolve_payout"


def sweep_payouts() -> dict[str, int]:
    """Nudge what waits: {"to_send": n, "to_ask": n}. Times are real: leases and tries, whatever day is simulated."""
    at = real_now()
    approved = Q(state=PayoutState.APPROVED)
    open_call = Q(state=PayoutState.SUBMITTED, call_state__in=PspCall.OPEN_CALLS, next_try_at__lte=at)
    quiet = Q(state=PayoutState.SUBMITTED, call_state=PspCall.CallState.DONE, next_try_at__lte=at)
    return {"to_send": nudge_all(approved | open_call, SEND_TASK), "to_ask": nudge_all(quiet, ASK_TASK)}


def nudge_all(which: Q, task: str) -> int:
    """Nudge each of these whose last nudge is old. Rows that another sweeper has are passed over."""
    at = real_now()
    with transaction.atomic():
        rows = PayoutIntent.objects.select_for_update(skip_locked=True, of=("self",)).filter(which, not_nudged_lately(at))
        waiting = list(rows.order_by("pk")[:BATCH])
        for payout in waiting:
            payout.nudged_at = at
            save_call(payout, "nudged_at")
            nudge_again(task, call_id=payout.pk)
    return len(waiting)
