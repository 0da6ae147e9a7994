"""Files that are not in by their hour (R1, SOURCE_FILE_LATE): a report for each day on which an account moved money, a statement for each
bank day. The hour is in the account's contract; where none is agreed, nothing is late."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from django.db.models import Min

from cashier.models import BankAccount, MerchantAccount
from ledger.calendar import business_date
from reconciliation.calendars import add_bank_days, is_bank_day
from reconciliation.models import BankStatement, ExceptionCase
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.queries.checklist.busy import busy_days
from reconciliation.queries.checklist.items import Day
from reconciliation.queries.checklist.papers import is_reported
from reconciliation.queries.currencies import currencies_of

CODE = "SOURCE_FILE_LATE"
LOOK_BACK = 7  # days: what was missing longer has had its case
Account = MerchantAccount | BankAccount


def watch_files(*, now: datetime) -> int:
    """Raise a case for each file past its hour, and end those whose file came; gives how many are late. Every account in use."""
    merchants = MerchantAccount.objects.filter(is_active=True).select_related("entity").order_by("code")
    banks = BankAccount.objects.filter(is_active=True).select_related("entity").order_by("code")
    accounts: list[Account] = [*merchants, *banks]
    return sum(watch_account(account, now=now) for account in accounts)


def watch_account(account: Account, *, now: datetime) -> int:
    """The same for one account."""
    column = "merchant_account" if isinstance(account, MerchantAccount) else "bank_account"
    live = ExceptionCase.objects.filter(**{column: account}, reason=CODE, state__in=LIVE_STATES)
    for case in live:
        if _is_in(account, case.business_date, now):
            auto_resolve_case(case, rule="file_came@1", text=f"The file of {case.business_date} is in.", now=now)
    late = _late_days(account, now)
    for day, due in late:
        _raise(account, day, due, now)
    return len(late)


def _due_days(account: Account, now: datetime) -> Iterator[tuple[date, datetime]]:
    """Business days whose file's hour has passed, oldest first."""
    hour = account.contract.get("file_due")
    if not hour:
        return
    zone, at = ZoneInfo(account.entity.zone), time.fromisoformat(hour)
    today = business_date(account.entity, now)
    for back in range(LOOK_BACK, 0, -1):
        day = today - timedelta(days=back)
        due = datetime.combine(add_bank_days(_currency(account), day + timedelta(days=1), 0), at, tzinfo=zone)
        if due <= now:
            yield day, due


def _currency(account: Account) -> str:
    if isinstance(account, BankAccount):
        return account.currency
    return next(iter(currencies_of(account)), "EUR")


def _late_days(account: Account, now: datetime) -> list[tuple[date, datetime]]:
    """Those whose file is expected and not in, oldest first. Asked newest first: what is in for one day is in for all before it."""
    missing = list(takewhile(lambda each: not _is_in(account, each[0], now), reversed([*_due_days(account, now)])))
    expected = _expected(account, [day for day, _ in missing]) if missing else set()
    return [each for each in reversed(missing) if each[0] in expected]


def _expected(account: Account, days: Sequence[date]) -> set[date]:
    """A statement on every bank day since the first one; a report where the account moved money."""
    if isinstance(account, BankAccount):
        first = BankStatement.objects.filter(bank_account=account).aggregate(first=Min("closing_date"))["first"]
        return {day for day in days if first is not None and first < day and is_bank_day(account.currency, day)}
    return busy_days(account, days)


def _is_in(account: Account, day: date, now: datetime) -> bool:
    if isinstance(account, BankAccount):
        return BankStatement.objects.filter(bank_account=account, closing_date__gte=day).exists()
    return is_reported(account, Day(account.entity, day, now))


def _raise(account: Account, day: date, due: datetime, now: datetime) -> None:
    raise_case(
        code=CODE, entity_id=account.entity_id, business_date=day, amount_minor=0, currency=_currency(account),
        merchant_account=account if isinstance(account, MerchantAccount) else None,
        bank_account=account if isinstance(account, BankAccount) else None,
        dedupe_key=f"{CODE}:{account.public_id}:{day}", now=now,
        facts={"expected": _what(account), "day": day.isoformat(), "due": due.isoformat()},
    )  # fmt: skip


def _what(account: Account) -> str:
    return "bank statement" if isinstance(account, BankAccount) else "settlement report"
