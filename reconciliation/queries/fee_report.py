"""Over- and undercharges of PSPs (R12): the weeks that differ, and the lines of a claim."""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from cashier.models import MerchantAccount
from reconciliation.models import ExceptionCase, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.queries.fee_audit import ClaimLine, claim_lines

SHOWN = 500
_ROUNDING = " rounding"  # how a group names the part of a batch that may be rounding


@dataclass(frozen=True, slots=True)
class FeeWeek:
    """One account, kind of fee, currency and week; minor units."""

    case: ExceptionCase
    account: str
    fee: str
    currency: str
    week: str
    lines: int
    over_minor: int
    under_minor: int


def fee_weeks() -> list[FeeWeek]:
    """Weeks that differ, newest first: the last version of each group's case, those within what is immaterial too."""
    return [_week(case) for case in _groups()[:SHOWN] if case.merchant_account is not None]


def fee_claim(account: MerchantAccount) -> Iterator[tuple[FeeWeek, SettlementBatch, ClaimLine]]:
    """Every line of all groups of the account that are not ended, however old: what the PSP is asked to give back, and what it took too
    little. They sum to what the groups' cases say."""
    for case in _groups().filter(merchant_account=account, state__in=LIVE_STATES):
        week, parts = _week(case), case.facts["parts"]
        numbers = {name.removesuffix(_ROUNDING) for name in parts}
        batches = SettlementBatch.objects.filter(merchant_account=account, currency=week.currency, number__in=numbers, version=1)
        for batch in batches.select_related("merchant_account", "source_file").order_by("business_date", "number"):
            yield from ((week, batch, line) for line in claim_lines(batch, week.fee) if _is_of(line, batch, week, parts))


def _groups() -> QuerySet[ExceptionCase]:
    groups = ExceptionCase.objects.filter(reason="FEE_DIFFERS", next_versions=None).select_related("merchant_account")
    return groups.order_by("-business_date", "-number")


def _is_of(line: ClaimLine, batch: SettlementBatch, week: FeeWeek, parts: Container[str]) -> bool:
    """A batch may reach over two weeks, each with its own group; and what its rounding took is no part of any."""
    year, number, _ = line.day.isocalendar()
    part = f"{batch.number}{_ROUNDING if line.may_be_rounding else ''}"
    return f"{line.day.fromisocalendar(year, number, 1)}" == week.week and part in parts


def _week(case: ExceptionCase) -> FeeWeek:
    assert case.merchant_account is not None
    facts, account = case.facts, case.merchant_account.code
    minors = (facts["lines"], facts["over_minor"], facts["under_minor"])
    return FeeWeek(case, account, facts["fee"], case.currency, facts["week"], *minors)
