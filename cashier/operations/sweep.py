"""Rows whose nudge or worker was lost are found and nudged again (C8). Losing Redis loses no work."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.models import PspCall, PspEventWork, WebhookNonce
from cashier.nudges import not_nudged_lately, nudge_again
from cashier.operations.answers import AUTHORIZE
from cashier.operations.calls import Act, save_call
from cashier.operations.captures import CAPTURE
from cashier.operations.expiry import give_back_rest, list_overdue, list_rests
from cashier.operations.instruments import VERIFY
from cashier.operations.receive import TASK as APPLY_TASK
from cashier.operations.refund_outcomes import REFUND
from cashier.operations.void_outcomes import VOID
from ledger.clock import real_now

ACTS: tuple[Act, ...] = (AUTHORIZE, CAPTURE, VOID, REFUND, VERIFY)
EXPIRE_TASK = "cashier.tasks.sweep.expire_intent"
BATCH = 500
A_MOMENT = timedelta(seconds=1)  # the nudge of what has just come is still on its way
NONCE_KEPT = timedelta(minutes=30)


def sweep_calls() -> int:
    """Nudge every call that is due and whose nudge is old. Rows that another sweeper has are passed over. Returns how many."""
    return sum(1 for act in ACTS for _ in _nudge_due(act))


def _nudge_due(act: Act) -> Iterator[UUID]:
    at = real_now()
    with transaction.atomic():
        due = act.model.objects.filter(call_state__in=PspCall.OPEN_CALLS, next_try_at__lte=at)
        rows: list[Any] = list(
            due.filter(not_nudged_lately(at)).select_for_update(skip_locked=True, of=("self",)).order_by("next_try_at")[:BATCH]
        )
        for row in rows:
            row.nudged_at = at
            save_call(row, "nudged_at")
            nudge_again(act.task, call_id=row.pk)
            yield row.pk


def sweep_events() -> int:
    """Nudge events that are due and whose nudge is old, and drop nonces that are past their window. Returns how many were nudged."""
    at = real_now()
    with transaction.atomic():
        due = PspEventWork.objects.filter(not_nudged_lately(at), state__in=PspEventWork.OPEN_STATES, next_try_at__lte=at - A_MOMENT)
        ids = list(due.select_for_update(skip_locked=True).order_by("next_try_at").values_list("pk", flat=True)[:BATCH])
        PspEventWork.objects.filter(pk__in=ids).update(nudged_at=at)
        for event_id in ids:
            nudge_again(APPLY_TASK, event_id=event_id)
        WebhookNonce.objects.filter(used_at__lt=at - NONCE_KEPT).delete()
    return len(ids)


def sweep_overdue(*, now: datetime) -> int:
    """Nudge the expiry of every open intent that is past its time (C18), void rests that nobody captured (C5). Returns how many."""
    ids = list_overdue(now=now, limit=BATCH)
    with transaction.atomic():
        for intent_id in ids:
            nudge_again(EXPIRE_TASK, intent_id=intent_id)
    rests = [give_back_rest(intent_id=intent_id, now=now) for intent_id in list_rests(now=now, limit=BATCH)]
    return len(ids) + sum(rests)
