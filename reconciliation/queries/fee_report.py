"""Over- and undercharges of PSPs (R12): the weeks that differ, and the lines of a claim."""

from collections.abc import Iterator
from dataclasses import dataclass

from cashier.models import MerchantAccount
from reconciliation.models import CaseState, ExceptionCase, SettlementBatch
from reconciliation.queries.fee_audit import ClaimLine, claim_lines

SHOWN = 500


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
    cases = ExceptionCase.objects.filter(reason="FEE_DIFFERS", next_versions=None).select_related("merchant_account")
    return [_week(case) for case in cases.order_by("-business_date", "-number")[:SHOWN] if case.merchant_account is not None]


def fee_claim(account: MerchantAccount) -> Iterator[tuple[FeeWeek, SettlementBatch, ClaimLine]]:
    """Every line of the account's groups that are not ended: what the PSP is asked to give back, and what it took too little."""
    for week in fee_weeks():
        if week.account == account.code and week.case.state not in (CaseState.RESOLVED, CaseState.AUTO_RESOLVED):
            numbers = {name.removesuffix(" rounding") for name in week.case.facts["parts"]}
            batches = SettlementBatch.objects.filter(merchant_account=account, currency=week.currency, number__in=numbers, version=1)
            for batch in batches.select_related("merchant_account", "source_file").order_by("business_date", "number"):
                yield from ((week, batch, line) for line in claim_lines(batch, week.fee) if _is_of(line, week))


def _is_of(line: ClaimLine, week: FeeWeek) -> bool:
    """A batch may reach over two weeks: each has its own group."""
    year, number, _ = line.day.isocalendar()
    return f"{line.day.fromisocalendar(year, number, 1)}" == week.week


def _week(case: ExceptionCase) -> FeeWeek:
    assert case.merchant_account is not None
    facts, account = case.facts, case.merchant_account.code
    minors = (facts["lines"], facts["over_minor"], facts["under_minor"])
    return FeeWeek(case, account, facts["fee"], case.currency, facts["week"], *minors)
