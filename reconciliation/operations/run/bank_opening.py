"""What a bank account held before its first statement (POSTINGS.md 3.6, bank.opened)."""

from datetime import date

from django.db import transaction

from reconciliation.operations.run.bank_books import holders, post_line
from reconciliation.operations.run.context import BankRun
from reconciliation.queries.bank_openings import opening_day, opening_stands, openings
from reconciliation.queries.statements import first_statement

RULE = "BANK_OPENED@1"


def open_account(step: BankRun) -> None:
    """Post the opening balance of the account's first statement, once. Where an earlier statement came after that, the opening is
    taken out of its day and posted into the earlier one's: the lines between make up the difference."""
    first = first_statement(step.account)
    if first is None:
        return
    posted = openings(step.account)
    if opening_stands(posted, first):
        return
    with transaction.atomic():
        standing = sum(int(entry.amount_minor) for entry in posted)
        if standing:
            _post(step, f"{_key(step)}:{first.pk}:moved", -standing, posted[-1].transaction.occurred_at.date())
        if first.opening_minor:
            _post(step, f"{_key(step)}:{first.pk}" if posted else _key(step), int(first.opening_minor), opening_day(first))


def _post(step: BankRun, key: str, opening_minor: int, day: date | None) -> None:
    post_line(step, RULE, key, {**holders(step.account), "opening_minor": opening_minor}, day)


def _key(step: BankRun) -> str:
    return f"bank.opened:{step.account.public_id}"
