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
