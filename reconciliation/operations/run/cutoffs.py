"""Items that the PSP dates into another day than we do (CUTOFF_DIFFERENCE): carried forward by name, a case only past three bank days.

Asked only of what has not passed its own window: an item past that is missing, and has the code that says so.
"""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ledger.calendar import business_date, day_bounds
from reconciliation.calendars import add_bank_days
from reconciliation.models import ExceptionCase
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.expectations import KINDS, not_due_since
from reconciliation.queries.rail_windows import longest_window
from reconciliation.windows import previous

CODE = "CUTOFF_DIFFERENCE"
PATIENCE = 3  # bank days


def tell_cutoffs(step: MerchantRun) -> None:
    """One case per day and currency for what is still carried forward because of the hour at which the day ends; it ends once matched.

    A run for a day on which the items had not waited so long says nothing of them.
    """
    until = _patient_since(step)
    groups: dict[tuple[date, str], list[Any]] = defaultdict(list)
    for kind in KINDS:
        if longest_window(kind) > PATIENCE:
            for row in not_due_since(step, kind, day_bounds(step.account.entity, until)[0]):
                if _is_cut_off(step, row.since):
                    groups[business_date(step.account.entity, row.since), row.currency].append((kind, row))
    keys = {f"{CODE}:{step.account.public_id}:{day}:{currency}": (day, currency) for day, currency in groups}
    live = ExceptionCase.objects.filter(merchant_account=step.account, reason=CODE, state__in=LIVE_STATES, business_date__lt=until)
    for case in live.exclude(dedupe_key__in=list(keys)):
        auto_resolve_case(case, rule="cutoff_matched@1", text="Everything of that day is matched, or has a case of its own.", now=step.now)
    for key, group in keys.items():
        _raise(step, key, group, groups[group])


def _patient_since(step: MerchantRun) -> date:
    """The first day whose items are not carried forward for longer than three bank days."""
    day = step.date
    currencies = step.account.currencies or ["EUR"]
    while add_bank_days(currencies[0], previous(day), PATIENCE) >= step.date:
        day = previous(day)
    return day


def _is_cut_off(step: MerchantRun, since: datetime) -> bool:
    theirs = since.astimezone(ZoneInfo(step.account.report_zone)).date()
    return theirs != business_date(step.account.entity, since)


def _raise(step: MerchantRun, key: str, group: tuple[date, str], items: list[Any]) -> None:
    day, currency = group
    raise_case(
        code=CODE, entity_id=step.account.entity_id, business_date=day, amount_minor=sum(int(row.amount_minor) for _, row in items),
        currency=currency, merchant_account=step.account, dedupe_key=key,
        facts={"items": len(items), "report_zone": step.account.report_zone, "named": [row.public_id for _, row in items[:20]]},
        links=[(kind, row.public_id) for kind, row in items[:50]], run=step.run, now=step.now,
    )  # fmt: skip
