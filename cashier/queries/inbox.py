"""Is anything not heard, or heard and not applied? The figures above the inbox (W5, W7)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Sum

from cashier.models import EventPull, PspEventWork, WebhookRefusal

SLOW_SECONDS = 30.0
NEWEST = 500

# The newest events of each account by its own index, so that a busy PSP does not hide a quiet one. Not measured: a notification
# whose meaning is an event of its own, and what we asked for ourselves.
LAG = """
SELECT a.code, count(*), percentile_disc(0.95) WITHIN GROUP (ORDER BY e.whole), percentile_disc(0.95) WITHIN GROUP (ORDER BY e.heard)
FROM cashier_merchant_account a
CROSS JOIN LATERAL (
    SELECT GREATEST(extract(epoch FROM w.applied_at - x.occurred_at), 0)::float8 AS whole,
           GREATEST(extract(epoch FROM x.received_at - x.occurred_at), 0)::float8 AS heard
    FROM (SELECT id, occurred_at, received_at, event, via FROM cashier_psp_event
          WHERE merchant_account_id = a.id AND received_at > %s AND received_at <= %s ORDER BY received_at DESC LIMIT %s) x
    JOIN cashier_psp_event_work w ON w.event_id = x.id
    WHERE w.applied_at IS NOT NULL AND x.via <> 'pull' AND position(':' IN x.event) = 0
) e
WHERE a.is_active
GROUP BY a.code ORDER BY a.code
"""


@dataclass(frozen=True, slots=True)
class Lag:
    """An account's lag, seconds at the 95th percentile of its newest events of a day: occurred to applied, occurred to heard."""

    account: str
    events: int
    whole_seconds: float
    heard_seconds: float

    @property
    def is_slow(self) -> bool:
        return self.whole_seconds > SLOW_SECONDS


@dataclass(frozen=True, slots=True)
class Refused:
    """How many webhooks of one account were refused today for one reason."""

    account: str
    reason: str
    count: int


def get_lags(*, since: datetime, until: datetime) -> list[Lag]:
    """The lag of every account that had events in between."""
    with connection.cursor() as cursor:
        cursor.execute(LAG, [since, until, NEWEST])
        return [Lag(code, count, whole, heard) for code, count, whole, heard in cursor.fetchall()]


def count_open() -> dict[str, int]:
    """{"waiting": n, "retrying": n, "dead": n}."""
    state = PspEventWork.State
    rows = PspEventWork.objects.filter(state__in=(*PspEventWork.OPEN_STATES, state.DEAD))
    found = dict(rows.exclude(state=state.RECEIVED, error="").values_list("state").annotate(Count("pk")))
    return {"waiting": found.get(state.WAITING, 0), "retrying": found.get(state.RECEIVED, 0), "dead": found.get(state.DEAD, 0)}


def list_refused(*, since: datetime) -> list[Refused]:
    """What was refused since then, the most first; duplicates, which are no fault, are not among it."""
    rows = WebhookRefusal.objects.filter(hour__gte=since).exclude(reason=WebhookRefusal.DUPLICATE)
    summed = rows.values_list("account_code", "reason").annotate(total=Sum("count")).order_by("-total", "account_code", "reason")
    return [Refused(account, reason, total) for account, reason, total in summed[:100]]


def count_duplicates(*, since: datetime) -> int:
    rows = WebhookRefusal.objects.filter(hour__gte=since, reason=WebhookRefusal.DUPLICATE)
    return int(rows.aggregate(total=Sum("count"))["total"] or 0)


def count_pulled(*, since: datetime) -> int:
    """How many events we had to ask for since then (real time)."""
    return int(EventPull.objects.filter(asked_at__gte=since).aggregate(total=Sum("pulled"))["total"] or 0)
