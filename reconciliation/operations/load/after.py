"""What a load says about files that are missing, or came again (R2)."""

from datetime import datetime

from cashier.models import BankAccount, MerchantAccount
from ledger.actors import system_actor
from ledger.transitions import move
from reconciliation.models import BankStatement, ExceptionCase, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.load.restated import compare_versions
from reconciliation.operations.load.told_payouts import compare_batches
from reconciliation.queries.batch_gaps import list_batch_gaps
from reconciliation.queries.statements import statement_gaps

LOADER = system_actor("loader")
_NEWEST = 50  # gaps that are cases: where a PSP's numbers are no row of numbers at all, more would only bury the desk


def after_report(batches: list[SettlementBatch], *, now: datetime) -> None:
    """A batch that is there already is held and compared, never posted again; a number that is skipped is a case."""
    for batch in batches:
        if batch.version > 1:
            move(batch, "hold", actor=LOADER, now=now, event="batch.held")
            compare_versions(batch, now=now)
    compare_batches(batches, now=now)
    if batches:
        _find_skipped(batches[0].merchant_account, now)


def _find_skipped(account: MerchantAccount, now: datetime) -> None:
    """SETTLEMENT_REPORT_GAP for each gap in the numbers that we hold, the newest ones; a case ends when a report of its gap comes."""
    gaps = {gap.key(account): gap for gap in list_batch_gaps(account)}
    live = ExceptionCase.objects.filter(merchant_account=account, reason="SETTLEMENT_REPORT_GAP", state__in=LIVE_STATES)
    for case in live.exclude(dedupe_key__in=list(gaps)):
        auto_resolve_case(case, rule="missing_report_came@1", text=_came(case), now=now)
    for key, gap in list(gaps.items())[-_NEWEST:]:
        raise_case(
            code="SETTLEMENT_REPORT_GAP",
            entity_id=account.entity_id,
            business_date=gap.business_date,
            amount_minor=0,
            currency=gap.currency,
            merchant_account=account,
            dedupe_key=key,
            facts={"batch": gap.first} | ({"to": gap.last, "missing": gap.missing} if gap.missing > 1 else {}),
            now=now,
        )


def _came(case: ExceptionCase) -> str:
    if "to" in case.facts:
        return f"A report of batches {case.facts['batch']} to {case.facts['to']} was loaded; those still missing have a case of their own."
    return f"The report of batch {case.facts['batch']} was loaded."


def after_statements(statements: list[BankStatement], *, now: datetime) -> None:
    """Each statement must open with what the one before closed with and bear the next number; else one is missing (STATEMENT_GAP)."""
    for account in {statement.bank_account_id: statement.bank_account for statement in statements}.values():
        _find_gaps(account, now)


def _find_gaps(account: BankAccount, now: datetime) -> None:
    """A case for each break in the chain; one ends when a statement between has come: what is still missing has a case of its own."""
    broken = statement_gaps(account)
    live = ExceptionCase.objects.filter(bank_account=account, reason="STATEMENT_GAP", state__in=LIVE_STATES)
    for case in live.exclude(dedupe_key__in=list(broken)):
        auto_resolve_case(case, rule="missing_statement_came@1", text="A statement between was loaded.", now=now)
    for key, (before, statement) in broken.items():
        raise_case(
            code="STATEMENT_GAP",
            entity_id=account.entity_id,
            business_date=statement.closing_date or before.closing_date or now.date(),
            amount_minor=statement.opening_minor - before.closing_minor,
            currency=account.currency,
            bank_account=account,
            dedupe_key=key,
            facts={
                "opening_minor": statement.opening_minor,
                "closing_before_minor": before.closing_minor,
                "number": statement.number,
                "number_before": before.number,
            },
            now=now,
        )
