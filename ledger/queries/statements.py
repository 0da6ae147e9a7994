"""The statement of one account (L13): its entries in the order of posting, each with the balance after it, in pages by key.

A walk over pages is bound to a Mark that the cursor carries: entries posted meanwhile are above it, and none below it can
still come. Sums are made by the database, so a page costs its own rows and the way from the last checkpoint to them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from ledger.queries.moments import NOW, AsOf, Mark, take_mark
from ledger.queries.statement_sql import Line, Scope, balance_before_period, balance_up_to, lines_of
from ledger.refusals import LedgerError

PAGE = 50
_CHUNK = 5_000
_CURSOR = re.compile(r"(\d{1,18})-([on])(\d{1,18})", re.ASCII)


class BadCursor(LedgerError):
    """A cursor that no page gave: begin again without one."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One page, oldest row first. `brought_minor` is the balance before its first row, `carried_minor` after its last.

    `opening_minor` and `closing_minor` are those of the whole period; `older` and `newer` are cursors, empty at the ends.
    """

    rows: list[Line]
    opening_minor: int
    closing_minor: int
    brought_minor: int
    carried_minor: int
    older: str
    newer: str
    mark: Mark

    @property
    def first_words(self) -> str:
        """What the balance before the first row is."""
        return "Opening balance" if not self.older and self.brought_minor == self.opening_minor else "Brought forward"

    @property
    def last_words(self) -> str:
        """What the balance after the last row is."""
        return "Closing balance" if not self.newer and self.carried_minor == self.closing_minor else "Carried forward"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show of an account: from a business day on, as of a moment, and which postings (empty filters don't filter).

    Filters leave rows out; the balance beside a row is that of the account all the same. `amount_minor` is without sign.
    """

    account_id: int
    since: date | None = None
    asof: AsOf = field(default=NOW)
    kind: str = ""
    reference: str = ""
    amount_minor: int | None = None
    actor_id: str = ""


def get_statement(wanted: Wanted, *, cursor: str = "", size: int = PAGE) -> Statement:
    """The newest page, or the one that a cursor of an earlier page names. Raises BadCursor."""
    mark, direction, edge = _read(cursor) if cursor else (take_mark(), "o", None)
    scope = _scope(wanted, mark.entry_id)
    found = lines_of(scope, edge=edge, newest_first=direction == "o", limit=size + 1)
    more, rows = len(found) > size, found[:size]
    if direction == "o":
        rows.reverse()
    opening = balance_before_period(scope)
    rows = _with_balances(scope, rows, opening)
    at_newest, at_oldest = (not cursor, not more) if direction == "o" else (not more, False)
    closing = opening + balance_up_to(scope, mark.entry_id)
    return Statement(
        rows=rows,
        opening_minor=opening,
        closing_minor=closing,
        brought_minor=rows[0].balance_minor - rows[0].amount_minor if rows else opening,
        carried_minor=rows[-1].balance_minor if rows else closing,
        older="" if at_oldest or not rows else f"{mark.entry_id}-o{rows[0].entry_id}",
        newer="" if at_newest or not rows else f"{mark.entry_id}-n{rows[-1].entry_id}",
        mark=mark,
    )


def stream_statement(wanted: Wanted, *, chunk: int = _CHUNK) -> Iterator[Line]:
    """Every row of the period, oldest first, holding one chunk in memory at a time."""
    scope = _scope(wanted, take_mark().entry_id)
    balance, edge = balance_before_period(scope), 0
    while rows := lines_of(scope, edge=edge, newest_first=False, limit=chunk):
        for row in _running(rows, balance):
            yield row
            balance = row.balance_minor
        edge = rows[-1].entry_id


def _scope(wanted: Wanted, mark: int) -> Scope:
    return Scope(
        account_id=wanted.account_id, mark=mark, since=wanted.since, asof=wanted.asof, kind=wanted.kind,
        reference=wanted.reference, amount_minor=wanted.amount_minor, actor_id=wanted.actor_id,
    )  # fmt: skip


def _with_balances(scope: Scope, rows: list[Line], opening: int) -> list[Line]:
    """Balances after each row of a page: that before the first is asked for."""
    if not rows:
        return []
    first = replace(rows[0], skipped_minor=0)
    return list(_running([first, *rows[1:]], opening + balance_up_to(scope, first.entry_id) - first.amount_minor))


def _running(rows: list[Line], balance: int) -> Iterator[Line]:
    """Each row adds itself and what filters left out before it."""
    for row in rows:
        balance += row.skipped_minor + row.amount_minor
        yield replace(row, balance_minor=balance)


def _read(cursor: str) -> tuple[Mark, str, int]:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadCursor(f"{cursor!r} is no cursor of a statement. Open the statement without it.")
    return Mark(int(found[1])), found[2], int(found[3])


__all__ = ["PAGE", "BadCursor", "Line", "Statement", "Wanted", "get_statement", "stream_statement"]
