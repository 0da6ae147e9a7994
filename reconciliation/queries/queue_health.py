"""The queue as a health metric (E6): what came, what ended, how old it is, what ran late, by code and by team, over time.

Days are UTC. A reopened case counts as open since it first came: its ending no longer counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate

from reconciliation.models import ExceptionCase
from reconciliation.models.cases import LIVE_STATES

AGES = (("under a day", 1), ("1 to 3 days", 3), ("3 to 7 days", 7), ("7 to 30 days", 30), ("over 30 days", 0))


@dataclass(frozen=True, slots=True)
class QueueDay:
    """One day: cases that came, ended, and ran past their due time on it; and how many were open at its end."""

    day: date
    came: int
    ended: int
    breached: int
    open: int


@dataclass(frozen=True, slots=True)
class Part:
    """One reason code or team over the period; `open` and `late` are now. `ages` counts the open ones by AGES."""

    name: str
    came: int
    ended: int
    breached: int
    open: int
    late: int
    ages: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Health:
    days: list[QueueDay]
    codes: list[Part]
    teams: list[Part]
    ages: Mapping[str, int]


def queue_health(*, now: datetime, days: int) -> Health:
    """The last `days` days, today included, and the queue as it is."""
    first = now.astimezone(UTC).date() - timedelta(days=days - 1)
    since = datetime.combine(first, time(0), tzinfo=UTC)
    cases = ExceptionCase.objects.all()
    came = cases.filter(opened_at__gte=since, opened_at__lte=now)
    ended = cases.filter(resolved_at__isnull=False, resolved_at__gte=since, resolved_at__lte=now)
    late = Q(resolved_at__isnull=True) | Q(resolved_at__gt=F("due_at"))
    breached = cases.filter(late, due_at__gte=since, due_at__lte=now)
    flows = [(came, "opened_at"), (ended, "resolved_at"), (breached, "due_at")]
    counted = [_by_day(rows, name) for rows, name in flows]
    live = _live(cases, now)
    still_open = sum(count for _, _, _, count, _ in live)
    codes, teams = ([_flow(rows, name) for rows, _ in flows] for name in ("reason_id", "owner_team"))
    return Health(_days(first, days, counted, still_open), _parts(codes, live, 0), _parts(teams, live, 1), _ages(live))


def _by_day(rows: QuerySet[ExceptionCase], name: str) -> dict[date, int]:
    days = rows.annotate(day=TruncDate(name, tzinfo=UTC)).order_by().values_list("day").annotate(count=Count("pk"))
    return dict(days)


def _flow(rows: QuerySet[ExceptionCase], name: str) -> dict[str, int]:
    return dict(rows.order_by().values_list(name).annotate(count=Count("pk")))


Live = list[tuple[str, str, str, int, int]]


def _live(cases: QuerySet[ExceptionCase], now: datetime) -> Live:
    """(code, team, age, open, late) of what is open."""
    *known, (oldest, _) = AGES
    whens = [When(opened_at__gt=now - timedelta(days=limit), then=Value(words)) for words, limit in known]
    age = Case(*whens, default=Value(oldest), output_field=CharField())
    rows = cases.filter(state__in=LIVE_STATES).order_by().annotate(age=age).values_list("reason_id", "owner_team", "age")
    return list(rows.annotate(open=Count("pk"), late=Count("pk", filter=Q(due_at__lte=now))))


def _days(first: date, days: int, counted: list[dict[date, int]], still_open: int) -> list[QueueDay]:
    """Backwards from what is open now: a day's end is the next one's, less what came and more what ended meanwhile."""
    came, ended, breached = counted
    found: list[QueueDay] = []
    for number in reversed(range(days)):
        day = first + timedelta(days=number)
        found.append(QueueDay(day, came.get(day, 0), ended.get(day, 0), breached.get(day, 0), still_open))
        still_open += ended.get(day, 0) - came.get(day, 0)
    return found[::-1]


def _parts(flows: list[dict[str, int]], live: Live, place: int) -> list[Part]:
    """Most open first."""
    names = {name for flow in flows for name in flow} | {row[place] for row in live}
    return sorted((_part(str(name), flows, [row for row in live if row[place] == name]) for name in names), key=lambda p: (-p.open, p.name))


def _part(name: str, flows: list[dict[str, int]], own: Live) -> Part:
    came, ended, breached = (flow.get(name, 0) for flow in flows)
    return Part(name, came, ended, breached, sum(row[3] for row in own), sum(row[4] for row in own), _ages(own))


def _ages(live: Live) -> dict[str, int]:
    return {words: sum(row[3] for row in live if row[2] == words) for words, _ in AGES}
