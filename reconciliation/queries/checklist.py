"""What must hold before a day may be signed (D2): each item found by the system, what is missing named.

An item is a CheckItem. `missing` is for people, one line per thing. The order is the order on the screen.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, Sum

from cashier.models import Attempt, BankAccount, Capture, MerchantAccount, PspEventWork, Refund
from cashier.models.psp_calls import PspCall
from ledger.calendar import day_bounds
from ledger.models import ApprovalRequest, AuditRecord, AuditSeal, Entry, LegalEntity
from ledger.money import format_major, get_asset
from ledger.queries import trial_balance
from reconciliation.models import BankStatement, ExceptionCase, ReconciliationRun, RunState, SettlementBatch, SuspenseItem
from reconciliation.models.cases import LIVE_STATES

BLOCKING_SEVERITIES = ("critical", "high")
SHOWN = 20
SEALER_TIME = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One item: `ok`, a figure in words, what is missing. `name` is stable; overrides and links go by it."""

    name: str
    title: str
    figure: str
    missing: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        return not self.missing

    def as_dict(self) -> dict[str, Any]:
        """As it is stored on the close and shown."""
        return {**asdict(self), "missing": list(self.missing[:SHOWN]), "count": len(self.missing), "ok": self.ok}


@dataclass(frozen=True, slots=True)
class Day:
    """One business day of one entity, as the checks see it: `now` is the moment of looking."""

    entity: LegalEntity
    date: date
    now: datetime

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        return day_bounds(self.entity, self.date)


def checklist(entity: LegalEntity, day: date, *, now: datetime) -> list[CheckItem]:
    """Every item of the day's checklist, in order. Reads only."""
    at = Day(entity, day, now)
    return [check(at) for check in CHECKS]


def day_is_over(day: Day) -> CheckItem:
    """The entity's day has ended."""
    _, end = day.bounds
    return CheckItem(
        "day_over", "Day is over", f"ends {end:%d %b %Y %H:%M} UTC", () if day.now >= end else (f"The day ends {end:%d %b %Y %H:%M} UTC",)
    )


def reports_are_in(day: Day) -> CheckItem:
    """A settlement report for every merchant account that captured or paid out on the day; batch numbers without gap."""
    start, end = day.bounds
    busy = MerchantAccount.objects.filter(
        entity=day.entity,
        pk__in=Capture.objects.filter(captured_at__gte=start, captured_at__lt=end, state="SUCCEEDED").values("attempt__merchant_account"),
    )
    accounts = list(busy.order_by("code"))
    reported = set(SettlementBatch.objects.filter(business_date=day.date).values_list("merchant_account_id", flat=True))
    missing = [f"{account.code}: no settlement report for {day.date}" for account in accounts if account.pk not in reported]
    missing += [f"{account.code}: batch {number} is missing" for account in accounts for number in _batch_gaps(account, day.date)]
    return CheckItem(
        "reports",
        "PSP reports in",
        f"{len(accounts) - len([a for a in accounts if a.pk not in reported])} of {len(accounts)}",
        tuple(missing),
    )


def statements_are_in(day: Day) -> CheckItem:
    """A statement that reaches the day, for every active bank account."""
    accounts = list(BankAccount.objects.filter(entity=day.entity, is_active=True).order_by("code"))
    there = set(BankStatement.objects.filter(closing_date__gte=day.date).values_list("bank_account_id", flat=True))
    missing = tuple(f"{account.code}: no statement for {day.date}" for account in accounts if account.pk not in there)
    return CheckItem("statements", "Bank statements in", f"{len(accounts) - len(missing)} of {len(accounts)}", missing)


def runs_are_done(day: Day) -> CheckItem:
    """Reconciliation ran for every account that has papers of the day."""
    runs = list(ReconciliationRun.objects.filter(entity=day.entity, date=day.date).order_by("account_code"))
    missing = [f"{run.account_code}: run is {str(run.state).lower()}" for run in runs if run.state != RunState.DONE]
    if not runs:
        missing.append(f"No run for {day.date}")
    return CheckItem("runs", "Runs done", f"{len(runs) - len(missing) if runs else 0} of {len(runs)}", tuple(missing))


def bank_equals_statement(day: Day) -> CheckItem:
    """`bank` in the books is the booked closing balance of the day's statement, account by account."""
    accounts = list(BankAccount.objects.filter(entity=day.entity, is_active=True).order_by("code"))
    missing = [text for account in accounts for text in _bank_difference(account, day.date)]
    return CheckItem("bank", "Bank equals statement", f"{len(accounts) - len(missing)} of {len(accounts)}", tuple(missing))


def suspense_is_explained(day: Day) -> CheckItem:
    """Every unit of suspense is an open case."""
    waiting = list(
        SuspenseItem.objects.filter(Q(merchant_account__entity=day.entity) | Q(bank_account__entity=day.entity), cleared_at=None).order_by(
            "placed_at"
        )
    )
    live = set(ExceptionCase.objects.filter(entity=day.entity, state__in=LIVE_STATES).values_list("links__target_id", flat=True))
    missing = [
        f"{item.ref}: {_amount(item.amount_minor, item.currency)} without an open case" for item in waiting if not _is_carried(item, live)
    ]
    oldest = f", oldest {(day.now - waiting[0].placed_at).days} d" if waiting else ""
    return CheckItem("suspense", "Suspense has cases", f"{len(waiting)} lines{oldest}", tuple(missing))


def nothing_is_unknown(day: Day) -> CheckItem:
    """No PSP call of the day without an answer, no dead letter."""
    start, end = day.bounds
    missing: list[str] = []
    for model, what in ((Attempt, "attempts"), (Capture, "captures"), (Refund, "refunds")):
        count = model._default_manager.filter(call_state=PspCall.CallState.UNKNOWN, created_at__gte=start, created_at__lt=end).count()
        missing += [f"{count} {what} with unknown outcome"] if count else []
    dead = PspEventWork.objects.filter(state=PspEventWork.State.DEAD, event__received_at__gte=start, event__received_at__lt=end).count()
    missing += [f"{dead} dead letters"] if dead else []
    return CheckItem("unknown", "Nothing unknown or dead", "none" if not missing else "see list", tuple(missing))


def approvals_are_decided(day: Day) -> CheckItem:
    """No request of the day still waits for a person (requests about the close itself excepted)."""
    _, end = day.bounds
    waiting = (
        ApprovalRequest.objects.filter(state="PENDING", requested_at__lt=end).exclude(kind__startswith="close.").order_by("requested_at")
    )
    missing = tuple(f"{request.summary} ({request.public_id})" for request in waiting[:SHOWN])
    return CheckItem("approvals", "Approvals decided", f"{len(missing)} waiting", missing)


def no_case_blocks(day: Day) -> CheckItem:
    """No critical or high case of the day or before is undecided."""
    live = ExceptionCase.objects.filter(entity=day.entity, business_date__lte=day.date, state__in=LIVE_STATES)
    blocking = live.filter(severity__in=BLOCKING_SEVERITIES).select_related("reason").order_by("due_at")
    missing = tuple(f"{case.label} {case.reason.title}, {_amount(case.amount_minor, case.currency)}" for case in blocking)
    return CheckItem("cases", "No case above the threshold", f"{live.count()} open, {len(missing)} of them critical or high", missing)


def books_balance(day: Day) -> CheckItem:
    """The trial balance is zero per currency, with all business days up to this one."""
    totals: dict[str, int] = {}
    for row in trial_balance(day.entity.pk, day.date):
        totals[row.asset] = totals.get(row.asset, 0) + row.balance_minor
    missing = tuple(f"{_amount(total, asset)} too much on one side" for asset, total in sorted(totals.items()) if total)
    return CheckItem("trial_balance", "Trial balance is zero", f"{len(totals)} currencies", missing)


def audit_is_sealed(day: Day) -> CheckItem:
    """Every audit record stands in the chain, the sealer's last seconds excepted (preparing seals them first)."""
    last = AuditSeal.objects.order_by("-position").first()
    late = AuditRecord.objects.filter(pk__gt=last.record_id if last else 0, recorded_at__lt=day.now - SEALER_TIME).count()
    figure = f"chain at {last.position}" if last else "nothing sealed yet"
    return CheckItem("audit", "Audit chain is up to date", figure, (f"{late} records not sealed yet",) if late else ())


CHECKS: tuple[Callable[[Day], CheckItem], ...] = (
    day_is_over,
    reports_are_in,
    statements_are_in,
    runs_are_done,
    bank_equals_statement,
    suspense_is_explained,
    nothing_is_unknown,
    approvals_are_decided,
    no_case_blocks,
    books_balance,
    audit_is_sealed,
)


def _batch_gaps(account: MerchantAccount, day: date) -> Iterator[int]:
    """Numbers skipped between the account's batches up to the day; batches whose name is no number have no order."""
    names = SettlementBatch.objects.filter(merchant_account=account, business_date__lte=day).values_list("number", flat=True).distinct()
    numbers = {int(name) for name in names if name.isdigit()}
    if numbers:
        yield from (number for number in range(min(numbers), max(numbers)) if number not in numbers)


def _bank_difference(account: BankAccount, day: date) -> Iterator[str]:
    statement = BankStatement.objects.filter(bank_account=account, closing_date__lte=day).order_by("-closing_date", "-pk").first()
    if statement is None:
        return
    booked = Entry.objects.filter(account__kind="bank", account__owner_ref=account.public_id, business_date__lte=day).aggregate(
        s=Sum("amount_minor")
    )
    difference = int(booked["s"] or 0) - statement.closing_minor
    if difference:
        yield f"{account.code}: the books differ from the statement by {_amount(difference, account.currency)}"


def _is_carried(item: SuspenseItem, live: set[str]) -> bool:
    return item.ref in live or str(item.line_id) in live


def _amount(amount_minor: int, currency: str) -> str:
    return f"{format_major(int(amount_minor), get_asset(currency))} {currency}"
