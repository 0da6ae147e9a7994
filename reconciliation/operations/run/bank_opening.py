"""What a bank account held before its first statement (POSTINGS.md 3.6, bank.opened)."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from ledger.models import Entry
from reconciliation.models import BankStatement
from reconciliation.operations.run.bank_books import holders, post_line
from reconciliation.operations.run.context import BankRun
from reconciliation.queries.statements import first_statement

RULE = "BANK_OPENED@1"


def open_account(step: BankRun) -> None:
    """Post the opening balance of the account's first statement, once. Where an earlier statement came after that, the opening is
    taken out of its day and posted into the earlier one's: the lines between make up the difference."""
    first = first_statement(step.account)
    if first is None:
        return
    openings = _posted(step)
    if _stands(openings, first):
        return
    with transaction.atomic():
        standing = sum(int(entry.amount_minor) for entry in openings)
        if standing:
            _post(step, f"{_key(step)}:{first.pk}:moved", -standing, openings[-1].transaction.occurred_at.date())
        if first.opening_minor:
            _post(step, f"{_key(step)}:{first.pk}" if openings else _key(step), int(first.opening_minor), _day(first))


def _posted(step: BankRun) -> list[Entry]:
    """What was posted as opening, in order."""
    account = {"account__kind": "bank", "account__owner_ref": step.account.public_id, "asset": step.account.currency}
    return list(
        Entry.objects.filter(**account, ref="opening", transaction__kind="BANK_OPENED").select_related("transaction").order_by("id")
    )


def _stands(openings: Sequence[Entry], first: BankStatement) -> bool:
    standing, day = sum(int(entry.amount_minor) for entry in openings), _day(first)
    is_of_its_day = not standing or day is None or openings[-1].transaction.occurred_at.date() <= day
    return standing == first.opening_minor and is_of_its_day


def _post(step: BankRun, key: str, opening_minor: int, day: date | None) -> None:
    post_line(step, RULE, key, {**holders(step.account), "opening_minor": opening_minor}, day)


def _key(step: BankRun) -> str:
    return f"bank.opened:{step.account.public_id}"


def _day(statement: BankStatement) -> date | None:
    return statement.opening_date or statement.closing_date
