"""What is wrong with matching and with the queue (R13): mismatches, what stays open too long, more coming in than people work."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from statistics import mean, median

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncHour

from ledger.calendar import business_date
from ledger.models import LegalEntity
from reconciliation.models import ExceptionCase, ReconciliationRun, RunState, Team
from reconciliation.models.cases import LIVE_STATES
from reconciliation.queries.watches.noticed import Noticed, percent

Thresholds = Mapping[str, float]


def mismatch_rate(limits: Thresholds, *, now: datetime) -> list[Noticed]:
    """An account's newest day: lines without a match, in per cent, `points` above the mean of its `days` before."""
    rows = ReconciliationRun.objects.filter(state=RunState.DONE, date__gt=(now - timedelta(days=limits["days"] + 3)).date(), lines__gt=0)
    by_account: dict[str, list[tuple[date, int, float]]] = {}
    for code, day, lines, matched in rows.order_by("account_code", "-date").values_list("account_code", "date", "lines", "matched"):
        by_account.setdefault(code, []).append((day, lines, percent(max(lines - matched, 0), lines)))
    found = []
    for code, days in by_account.items():
        (day, lines, rate), past = days[0], [each[2] for each in days[1 : int(limits["days"]) + 1]]
        usual = round(mean(past), 2) if past else 0.0
        if past and lines >= limits["at_least"] and round(rate - usual, 2) >= limits["points"]:
            sentence = f"{code}: {rate} % of {lines} lines of {day} have no match; usual is {usual} %."
            found.append(Noticed(about=code, sentence=sentence, facts={"rate": rate, "usual": usual, "date": day.isoformat()}))
    return found


def missing_platform_spike(limits: Thresholds, *, now: datetime) -> list[Noticed]:
    """Cases of this hour of payments that we do not know, `times` the median of this hour of the days before, and `at_least` so many."""
    rows = ExceptionCase.objects.filter(
        category="missing_platform", opened_at__gt=now - timedelta(days=limits["days"] + 1), opened_at__lte=now
    )
    by_hour = dict(rows.annotate(hour=TruncHour("opened_at")).values_list("hour").annotate(n=Count("pk")).order_by())
    this = now.replace(minute=0, second=0, microsecond=0)
    count = by_hour.get(this, 0)
    usual = median(by_hour.get(this - timedelta(days=back), 0) for back in range(1, int(limits["days"]) + 1))
    if count < limits["at_least"] or count < limits["times"] * usual:
        return []
    sentence = f"{count} cases of payments that we do not know in this hour; usual is {usual:g}."
    return [Noticed(about="missing_platform", sentence=sentence, facts={"count": count, "usual": usual})]


def amount_mismatch_growth(limits: Thresholds, *, now: datetime) -> list[Noticed]:
    """Cases of amounts that differ, of one account in 24 hours, `times` the mean of the `days` before, and `at_least` so many."""
    split = now - timedelta(days=1)
    rows = ExceptionCase.objects.filter(
        category="amount_mismatch", opened_at__gt=split - timedelta(days=limits["days"]), opened_at__lte=now
    )
    is_new = Q(opened_at__gt=split)
    totals = rows.values_list("merchant_account__code").annotate(new=Count("pk", filter=is_new), old=Count("pk", filter=~is_new))
    found = []
    for code, new, old in totals.order_by("merchant_account__code"):
        usual = round(old / limits["days"], 1)
        if new >= limits["at_least"] and new >= limits["times"] * usual:
            sentence = f"{code or 'Without an account'}: {new} amounts differ within 24 hours; usual is {usual:g}."
            found.append(Noticed(about=code or "", sentence=sentence, facts={"count": new, "usual": usual}))
    return found


def outstanding(limits: Thresholds, *, now: datetime) -> list[Noticed]:
    """Cases of a code whose business day is more than `business_days` ago, and which are still open."""
    old: Counter[str] = Counter()
    risk: Counter[tuple[str, str]] = Counter()
    for entity in LegalEntity.objects.all():
        before = _working_days_before(entity, business_date(entity, now), int(limits["business_days"]))
        rows = ExceptionCase.objects.filter(entity=entity, state__in=LIVE_STATES, business_date__lt=before)
        totals = rows.values_list("reason_id", "currency").annotate(n=Count("pk"), amount=Sum("amount_minor"))
        for code, currency, count, amount in totals.order_by("reason_id", "currency"):
            old[code] += count
            risk[code, currency] += int(amount)
    return [
        Noticed(
            about=code,
            sentence=f"{count} cases {code} stay open for more than {limits['business_days']:g} business days.",
            facts={"count": count, **{f"amount_minor {currency}": risk[code, currency] for each, currency in sorted(risk) if each == code}},
        )
        for code, count in sorted(old.items())
    ]


def backlog(limits: Thresholds, *, now: datetime) -> list[Noticed]:
    """Cases of a code: `open` of them are open, or `inflow` came within 24 hours and more than twice what ended."""
    since = now - timedelta(days=1)
    rows = ExceptionCase.objects.filter(Q(state__in=LIVE_STATES) | Q(opened_at__gt=since) | Q(resolved_at__gt=since))
    totals = rows.values_list("reason_id").annotate(
        live=Count("pk", filter=Q(state__in=LIVE_STATES)), came=Count("pk", filter=Q(opened_at__gt=since)),
        ended=Count("pk", filter=Q(resolved_at__gt=since)),
    )  # fmt: skip
    return list(_backlogs(totals.order_by("reason_id"), limits))


def late_cases(limits: Thresholds, *, now: datetime) -> list[Noticed]:
    """Teams with `cases` or more live cases past their due time (E5)."""
    late = ExceptionCase.objects.filter(state__in=LIVE_STATES, due_at__lte=now).values_list("owner_team")
    counts = late.annotate(late=Count("pk")).filter(late__gte=int(limits["cases"])).order_by("owner_team")
    return [
        Noticed(
            about=team, sentence=f"{Team(team).label}: {count} {'case is' if count == 1 else 'cases are'} past due.", facts={"late": count}
        )
        for team, count in counts
    ]


def _backlogs(totals: Iterable[tuple[str, int, int, int]], limits: Thresholds) -> Iterable[Noticed]:
    for code, live, came, ended in totals:
        if live >= limits["open"] or (came >= limits["inflow"] and came > 2 * ended):
            sentence = f"{live} cases {code} are open; {came} came and {ended} ended within 24 hours."
            yield Noticed(about=code, sentence=sentence, facts={"open": live, "came": came, "ended": ended})


def _working_days_before(entity: LegalEntity, day: date, count: int) -> date:
    while count:
        day -= timedelta(days=1)
        if day.weekday() < 5 and day.isoformat() not in entity.calendar:
            count -= 1
    return day
