"""What bank accounts held before their first statements, as posted (POSTINGS.md 3.6, bank.opened), and whose balance is not known yet."""

from collections.abc import Sequence
from datetime import date

from cashier.contracts import keeps_players_money
from cashier.models import BankAccount
from ledger.models import Entry, LegalEntity
from reconciliation.models import BankStatement
from reconciliation.queries.statements import first_statement


def openings(account: BankAccount) -> list[Entry]:
    """What was posted as the account's opening, in order."""
    of_it = {"account__kind": "bank", "account__owner_ref": account.public_id, "asset": account.currency}
    return list(Entry.objects.filter(**of_it, ref="opening", transaction__kind="BANK_OPENED").select_related("transaction").order_by("id"))


def opening_stands(posted: Sequence[Entry], first: BankStatement) -> bool:
    """Whether what is posted is the first statement's opening balance, on its day."""
    standing, day = sum(int(entry.amount_minor) for entry in posted), opening_day(first)
    is_of_its_day = not standing or day is None or posted[-1].transaction.occurred_at.date() <= day
    return standing == first.opening_minor and is_of_its_day


def opening_day(statement: BankStatement) -> date | None:
    return statement.opening_date or statement.closing_date


def unknown_currencies(entity: LegalEntity) -> set[str]:
    """Currencies in which nobody can say yet what the bank accounts kept for players hold.

    None of them has a statement, or one has a statement whose run has not posted what it opens with. An account that is not active
    and never had a statement will not get one: it holds nothing.
    """
    accounts = [each for each in BankAccount.objects.filter(entity=entity) if keeps_players_money(each.contract, is_bank=True)]
    firsts = [(each, first_statement(each)) for each in accounts]
    expected = {each.currency for each, first in firsts if first is not None or each.is_active}
    told = {each.currency for each, first in firsts if first is not None}
    not_posted = {each.currency for each, first in firsts if first is not None and not opening_stands(openings(each), first)}
    return (expected - told) | not_posted
