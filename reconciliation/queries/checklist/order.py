"""Checks that what the day rests on came whole and in its order: PSPs' registers, runs before the runs that build on them (D2)."""

from datetime import date, timedelta

from cashier.models import MerchantAccount
from reconciliation.models import Activity, ReconciliationRun, RunState, SettlementBatch
from reconciliation.queries.checklist.items import CheckItem, Day, check_item, of_words

_KNOWN_FOR = timedelta(days=60)  # a PSP that told its events within them is asked for the day's


def registers_are_in(day: Day) -> CheckItem:
    """The PSP's own register of events reaches the day, for every account that moved money and whose PSP exports one."""
    telling = [(account, newest) for account in day.busy_accounts if (newest := _newest(account, day)) is not None]
    missing = [f"{account.code}: its PSP's register ends on {newest}" for account, newest in telling if newest < day.date]
    figure = of_words(len(telling) - len(missing), len(telling), "account") if telling else "no PSP exports one"
    return check_item("registers", "PSP registers in", figure, missing)


def runs_are_in_order(day: Day) -> CheckItem:
    """Each bank account was run after everything that its payers' runs posted: a bank run knows only the payouts posted before it."""
    late = [
        f"{code}: {batch} was posted after its run; run it again"
        for code, batch in _posted_after(day)
    ]  # fmt: skip
    return check_item("order", "Runs in order", "merchant accounts first, then the banks that they pay", late)


def _newest(account: MerchantAccount, day: Day) -> date | None:
    """The last day that the register tells of, if it told anything lately."""
    recent = Activity.objects.filter(merchant_account=account, business_date__gte=day.date - _KNOWN_FOR)
    return recent.order_by("-business_date").values_list("business_date", flat=True).first()


def _posted_after(day: Day) -> list[tuple[str, SettlementBatch]]:
    runs = ReconciliationRun.objects.filter(entity=day.entity, date=day.date, state=RunState.DONE, bank_account__isnull=False)
    found = []
    for run in runs.exclude(started_at=None).order_by("account_code"):
        batches = SettlementBatch.objects.filter(
            merchant_account__settlement_routes__bank_account=run.bank_account, currency=run.bank_account.currency,  # type: ignore[union-attr]
            version=1, business_date__lte=day.date, settled_at__gt=run.started_at,
        ).exclude(payout_minor=0)  # fmt: skip
        rows = batches.select_related("merchant_account").distinct().order_by("business_date", "number")
        found += [(run.account_code, batch) for batch in rows[:20]]
    return found
