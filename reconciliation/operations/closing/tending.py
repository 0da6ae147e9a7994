"""What beat does for closes: a day that is over gets its row, an open one is looked at when its runs are done, one left in the
middle falls back, one that changed opens again.
"""

from datetime import datetime

import structlog
from django.db.models import Exists, OuterRef, Q

from ledger.actors import system_actor
from ledger.models import ApprovalRequest
from reconciliation.models import CloseState, DailyClose, ReconciliationRun
from reconciliation.operations.closing.days import open_due_closes, refresh_checklist
from reconciliation.operations.closing.falling_back import fall_back
from reconciliation.operations.closing.preparing import alone
from reconciliation.operations.closing.refusals import CloseStateConflict
from reconciliation.queries.checklist import Day, runs_are_done
from reconciliation.queries.totals import changed_papers

log = structlog.get_logger(__name__)
CLOSER = system_actor("closing")


def tend_closes(*, now: datetime) -> dict[str, int]:
    """All four; returns how many days were opened, recovered, returned, looked at. Needs no open transaction."""
    return {
        "opened": len(open_due_closes(now=now)),
        "recovered": recover_closes(now=now),
        "returned": return_changed_closes(now=now),
        "looked_at": look_at_run_days(now=now),  # the longest, and last: nobody waits for it
    }


def look_at_run_days(*, now: datetime) -> int:
    """Look at every OPEN day all of whose runs are done, if they were not when it was looked at last; returns how many.

    Not before: what its papers say is not in the books yet, and players' money would seem to lack what has only not been run.
    """
    runs = ReconciliationRun.objects.filter(entity=OuterRef("entity"), date=OuterRef("business_date"))
    was_early = Q(checklist=[]) | Q(checklist__contains=[{"name": "runs", "ok": False}])  # a run ends with the instant of its beginning
    is_due = Exists(runs.filter(finished_at__gt=OuterRef("updated_at"))) | Exists(runs) & was_early
    due = DailyClose.objects.filter(is_due, state=CloseState.OPEN).select_related("entity").order_by("business_date")
    ran = [close for close in due if runs_are_done(Day(close.entity, close.business_date, now)).ok]
    for close in ran:
        refresh_checklist(close_id=close.pk, now=now)
    return len(ran)


def recover_closes(*, now: datetime) -> int:
    """Fall back every day that stands CLOSING while nobody prepares it (its process was killed); returns how many."""
    left = list(DailyClose.objects.filter(state=CloseState.CLOSING).order_by("business_date"))
    return sum(_recover(close, now) for close in left)


def return_changed_closes(*, now: datetime) -> int:
    """Fall back every PREPARED day whose cases, files, batches or runs are not those that were prepared; returns how many (D3)."""
    prepared = list(DailyClose.objects.filter(state=CloseState.PREPARED).select_related("entity").order_by("business_date"))
    return sum(_return_if_changed(close, now) for close in prepared)


def _recover(close: DailyClose, now: datetime) -> bool:
    with alone(close.pk) as is_alone:
        return is_alone and _fall_back(close, now, why="preparing was interrupted")


def _return_if_changed(close: DailyClose, now: datetime) -> bool:
    request = ApprovalRequest.objects.filter(pk=close.approval_id).first() if close.approval_id else None
    changed = changed_papers(close.entity, close.business_date, request.payload["totals"]) if request else ["request"]
    return bool(changed) and _fall_back(close, now, why=f"changed since it was prepared: {', '.join(changed)}")


def _fall_back(close: DailyClose, now: datetime, *, why: str) -> bool:
    try:
        fall_back(close_id=close.pk, actor=CLOSER, now=now, why=why)
    except CloseStateConflict as conflict:
        log.info("close.left_alone", close=close.public_id, reason=str(conflict))
        return False
    return True
