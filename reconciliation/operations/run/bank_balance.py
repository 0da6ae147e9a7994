"""`bank` against the booked closing balance (BANK_BALANCE_DIFFERS): what no missing statement and no line that stands twice explains."""

from reconciliation.models import BankStatement, ExceptionCase, Match
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.run.bank_waiting import unposted_lines
from reconciliation.operations.run.context import BankRun
from reconciliation.queries.residuals import bank_residuals
from reconciliation.queries.statements import latest_statement

CODE = "BANK_BALANCE_DIFFERS"


def tell_bank_balance(step: BankRun) -> None:
    """A case for what the books have more or less than the latest statement; one that is explained by now ends by itself."""
    if unposted_lines(step.account):
        return  # another file came meanwhile: its lines are of the next run
    books_over = int(bank_residuals(step.account)[0]["amount_minor"])
    unexplained = books_over + _missing_statements(step) + _counted_twice(step)
    key = f"{CODE}:{step.account.public_id}:{unexplained}"
    live = ExceptionCase.objects.filter(bank_account=step.account, reason=CODE, state__in=LIVE_STATES)
    for case in live.exclude(dedupe_key=key):
        auto_resolve_case(case, rule="balance_explained@1", text="The books and the statement no longer differ by this.", now=step.now)
    if unexplained:
        _raise(step, key, unexplained, books_over)


def _missing_statements(step: BankRun) -> int:
    """What statements that never came must hold: each opens with more, or less, than the one before closed with."""
    gaps = ExceptionCase.objects.filter(bank_account=step.account, reason="STATEMENT_GAP", state__in=LIVE_STATES)
    return sum(int(gap.facts["opening_minor"]) - int(gap.facts["closing_before_minor"]) for gap in gaps)


def _counted_twice(step: BankRun) -> int:
    """Lines that stand twice, are not posted, and that the bank's own balances count."""
    lines = Match.objects.filter(rule="bank.duplicate@1", line_kind="bank", undone_at=None, compared__is_counted=True)
    own = set(BankStatement.objects.filter(bank_account=step.account).values_list("pk", flat=True))
    cases = ExceptionCase.objects.filter(bank_account=step.account, reason="BANK_LINE_DUPLICATED", facts__balances_hold_with_it=True)
    signed = {int(match.line_id): int(match.line_minor) for match in lines}
    linked = cases.filter(links__kind="bank_line").values_list("links__target_id", flat=True)
    return sum(signed.get(int(line), 0) for line in linked) if own else 0


def _raise(step: BankRun, key: str, unexplained: int, books_over: int) -> None:
    latest = latest_statement(step.account)
    assert latest is not None  # without a statement nothing differs
    raise_case(
        code=CODE, entity_id=step.account.entity_id, business_date=latest.closing_date or step.date, amount_minor=unexplained,
        currency=step.account.currency, bank_account=step.account, dedupe_key=key, each_day=True,
        facts={"closing_minor": int(latest.closing_minor), "books_minor": int(latest.closing_minor) + books_over,
               "unexplained_minor": unexplained, "statement": latest.number},
        links=[("file", latest.source_file.public_id)], run=step.run, now=step.now,
    )  # fmt: skip
