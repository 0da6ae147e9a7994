"""The few numbers that move on an open page: counts of the exception queue and of what waits for a second person (UX 2.11)."""

from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.http import HttpRequest, JsonResponse

from ledger.admin.frames import page_of
from ledger.admin.frames.keyset import CAP
from ledger.models import ApprovalRequest, User
from reconciliation.models import ExceptionCase
from reconciliation.models.cases import LIVE_STATES

SOON = timedelta(hours=2)


def live_counts(user: User, now: datetime) -> dict[str, int]:
    """{late, soon, mine, unassigned, proposed, open, approvals}; at most the cap of open cases is read."""
    ids = ExceptionCase.objects.filter(state__in=LIVE_STATES).order_by("due_at").values("pk")[:CAP]
    counts: dict[str, int] = ExceptionCase.objects.filter(pk__in=ids).aggregate(
        late=Count("pk", filter=Q(due_at__lte=now)),
        soon=Count("pk", filter=Q(due_at__gt=now, due_at__lte=now + SOON)),
        mine=Count("pk", filter=Q(assignee=user)),
        unassigned=Count("pk", filter=Q(assignee=None)),
        proposed=Count("pk", filter=Q(state=ExceptionCase.State.PROPOSED)),
        open=Count("pk"),
    )
    approvals = (
        ApprovalRequest.objects.filter(state=ApprovalRequest.State.PENDING).exclude(maker_kind="user", maker_id=str(user.pk)).count()
    )
    return {**counts, "approvals": approvals}


def live(request: HttpRequest) -> JsonResponse:
    """The counts by poll: what the event stream sends, for tabs that have no stream."""
    page = page_of(request)
    return JsonResponse({"at": page.now.isoformat(), "counts": live_counts(page.user, page.now)})
