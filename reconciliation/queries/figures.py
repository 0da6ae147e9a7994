"""Reconciliation as an operator watches it (O3): cases, runs, files, the proof of the books, days to sign. docs/metrics.md lists them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q

from ledger.figures import Figure, Labelled, seconds_since, single
from ledger.models import AuditRecord
from reconciliation.models import CloseState, DailyClose, ExceptionCase, FileState, ReconciliationRun, RunState, SourceFile
from reconciliation.models.cases import LIVE_STATES
from reconciliation.queries.checklist.books import PROVED

WEEK = timedelta(days=7)


def gather(now: datetime) -> Iterator[Figure]:
    """Figures of reconciliation."""
    yield from _cases(now)
    yield from _runs(now)
    yield from _proof(now)
    first = DailyClose.objects.exclude(state=CloseState.SIGNED_OFF).aggregate(count=Count("pk"), day=Min("business_date"))
    yield single("days_unsigned", "Business days that nobody has signed off", first["count"])
    yield single(
        "days_unsigned_age_days", "How many days ago the oldest of them was", (now.date() - first["day"]).days if first["day"] else 0
    )


def _cases(now: datetime) -> Iterator[Figure]:
    """What is open and what ran past its due time, by reason code, team and severity."""
    labels = ("code", "team", "severity")
    rows = ExceptionCase.objects.filter(state__in=LIVE_STATES).order_by().values_list("reason_id", "owner_team", "severity")
    found = list(rows.annotate(count=Count("pk"), late=Count("pk", filter=Q(due_at__lte=now)), due=Min("due_at")))
    yield Figure("cases_open", "Exception cases that are open", labels, [((*names,), count) for *names, count, _, _ in found])
    yield Figure("cases_late", "Of these: past their due time", labels, [((*names,), late) for *names, _, late, _ in found])
    ages: list[Labelled] = [((*names,), seconds_since(due, now)) for *names, _, _, due in found]
    yield Figure("cases_late_seconds", "How far past it the one that was due first is", labels, ages)


def _runs(now: datetime) -> Iterator[Figure]:
    """Runs of the last week's business days, and how long ago each account was last matched."""
    week = ReconciliationRun.objects.filter(date__gte=now.date() - WEEK).order_by()
    states = dict.fromkeys(RunState.values, 0) | dict(week.values_list("state").annotate(count=Count("pk")))
    words = "Reconciliation runs of the last seven business days"
    yield Figure("runs", words, ("state",), [((name.lower(),), count) for name, count in states.items()])
    newest = week.filter(state=RunState.DONE).values_list("account_code").annotate(at=Max("finished_at"))
    ages: list[Labelled] = [((code,), seconds_since(at, now)) for code, at in newest]
    yield Figure("run_age_seconds", "Since an account was last matched", ("account",), ages)
    refused = SourceFile.objects.filter(state=FileState.REFUSED, received_at__gte=now - WEEK)
    yield single("files_refused", "Files of a week that were refused", refused.count())


def _proof(now: datetime) -> Iterator[Figure]:
    """What the last proof of the books said; nothing where there was none: an alert on its absence is right."""
    last = AuditRecord.objects.filter(target_kind="Ledger", target_id="books", act=PROVED).order_by("-pk").first()
    if last is None:
        return
    yield single("books_proved", "1 where the last ledger_prove held", float(bool(last.detail["ok"])))
    yield single("books_proved_age_seconds", "How long ago it was", seconds_since(last.recorded_at, now))
    yield single("books_failing_checks", "How many of its checks did not hold", len(last.detail["failing"]))
