"""A bank account's statements in the order of their days; several of one day as their numbers, or their balances, link them (R2).

The order in which files came says nothing: the earlier of two statements may come last.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from django.db.models import QuerySet

from cashier.models import BankAccount
from reconciliation.models import BankStatement

_NUMBER = re.compile(r"0*(\d{1,5})(?:/\d{1,9})?", re.ASCII)  # as long as SWIFT's; longer ones are ids of messages of all accounts
_DAY_NUMBERS = ("%d", "%j", "%y%j", "%Y%j", "%m%d", "%y%m%d", "%Y%m%d")  # banks that number by the day leave weekends out
_MOST_SKIPPED = 31


def in_order(statements: Iterable[BankStatement]) -> list[BankStatement]:
    """The statements of one account, the earliest first."""
    chain: list[BankStatement] = []
    for _, same in groupby(sorted(statements, key=_place), key=_days):
        chain += _linked(list(same), chain[-1] if chain else None)
    return chain


def first_statement(account: BankAccount) -> BankStatement | None:
    """The earliest that is loaded."""
    rows = BankStatement.objects.filter(bank_account=account)
    return next(iter(in_order(_of_day(rows, "closing_date"))), None)


def latest_statement(account: BankAccount, *, until: date | None = None) -> BankStatement | None:
    """The last that is loaded, or of those that close by a day."""
    rows = BankStatement.objects.filter(bank_account=account)
    rows = rows if until is None else rows.filter(closing_date__lte=until)
    return next(reversed(in_order(_of_day(rows, "-closing_date"))), None)


def statement_gaps(account: BankAccount) -> dict[str, tuple[BankStatement, BankStatement]]:
    """Neighbours between which a statement is missing, by the key of their case: the later one opens with another balance than the one
    before closed with, or its number passes one over. Without the second, a missing statement that evens out would never be missed."""
    chain = pairwise(in_order(BankStatement.objects.filter(bank_account=account)))
    missing = [(before, each) for before, each in chain if each.opening_minor != before.closing_minor or _skips(before, each)]
    return {f"STATEMENT_GAP:{account.public_id}:{before.pk}:{each.pk}": (before, each) for before, each in missing}


def _skips(before: BankStatement, after: BankStatement) -> bool:
    """Whether the bank's count passes a number over. What begins again, or leaps, is another count."""
    first, second = (_count_of(each) for each in (before, after))
    return bool(first and second) and 1 < second - first <= _MOST_SKIPPED


def _count_of(statement: BankStatement) -> int:
    """The statement's number where it counts statements; 0 where the bank does not number them, or by their days."""
    found = _NUMBER.fullmatch(statement.number)
    count = int(found[1]) if found else 0
    days = [day for day in (statement.opening_date, statement.closing_date) if day is not None]
    return 0 if count in {int(day.strftime(form)) for day in days for form in _DAY_NUMBERS} else count


def _of_day(rows: QuerySet[BankStatement], order: str) -> QuerySet[BankStatement]:
    """Those of the first day in this order."""
    days = rows.order_by(order).values_list("closing_date", flat=True)[:1]
    return rows.filter(closing_date=days[0]) if days else rows


def _days(statement: BankStatement) -> tuple[Any, ...]:
    """Days of a statement; one that states none stands last, as the database has it."""
    closing, opening = statement.closing_date, statement.opening_date
    return closing is None, closing or date.min, opening is None, opening or date.min


def _place(statement: BankStatement) -> tuple[Any, ...]:
    numbers = tuple(map(int, re.findall(r"\d{1,18}", statement.number)))
    return (*_days(statement), numbers, statement.source_file_id, statement.index)


def _linked(same: list[BankStatement], before: BankStatement | None) -> list[BankStatement]:
    """Statements of the same days, by number where they link so, else each after one that closes with what it opens with."""
    if len(same) == 1 or _links([before, *same] if before else same):
        return same
    left, linked = list(same), [before] if before else []
    while left:
        following = _following(left, linked)
        left.remove(following)
        linked.append(following)
    return linked[1:] if before else linked


def _following(left: Sequence[BankStatement], linked: Sequence[BankStatement]) -> BankStatement:
    """What opens with the last closing, first what closes with it too; else what no other one leads to."""
    fitting = [each for each in left if linked and each.opening_minor == linked[-1].closing_minor]
    if fitting:
        return next((each for each in fitting if each.opening_minor == each.closing_minor), fitting[0])
    closings = {each.pk: each.closing_minor for each in left}
    begins = (each for each in left if each.opening_minor not in {minor for pk, minor in closings.items() if pk != each.pk})
    return next(begins, left[0])


def _links(chain: Sequence[BankStatement]) -> bool:
    return all(before.closing_minor == following.opening_minor for before, following in pairwise(chain))
