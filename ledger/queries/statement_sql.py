"""The SQL of statements: rows of one account below a mark, and sums up to one of them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from ledger.ids import to_public
from ledger.models import JournalTransaction
from ledger.queries.balances import get_account_balance
from ledger.queries.moments import AsOf
from ledger.queries.rows import fetch

_ROWS = """
SELECT e.id, e.transaction_id, t.kind, t.intent_ref, e.ref, e.label, t.posted_at, e.business_date, t.corrects_date, t.reverses_id,
       t.actor_kind, t.actor_id, e.asset, e.amount_minor
  FROM ledger_entry e JOIN ledger_journal_transaction t ON t.id = e.transaction_id
 WHERE {where} ORDER BY e.id {order} LIMIT %(limit)s
"""
# What lies between a row and the one before it, where filters leave rows out.
_SKIPPED = """
SELECT n.id, coalesce((SELECT sum(e.amount_minor) FROM ledger_entry e WHERE {where} AND e.id > n.before AND e.id < n.id), 0)
  FROM unnest(%(ids)s::bigint[], %(befores)s::bigint[]) n(id, before)
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which entries belong to a statement (account, mark, period, moment), and which of them are shown (the rest)."""

    account_id: int
    mark: int
    since: date | None
    asof: AsOf
    kind: str
    reference: str
    amount_minor: int | None
    actor_id: str

    @property
    def is_filtered(self) -> bool:
        return bool(self.kind or self.reference or self.amount_minor is not None or self.actor_id)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a statement; amounts in minor units of `asset`, debit positive. `balance_minor` is the balance after it."""

    entry_id: int
    transaction_id: UUID
    kind: str
    intent_ref: str
    ref: str
    label: str
    posted_at: datetime
    business_date: date
    corrects_date: date | None
    reverses_id: UUID | None
    actor_kind: str
    actor_id: str
    asset: str
    amount_minor: int
    balance_minor: int = 0
    skipped_minor: int = 0

    @property
    def public_id(self) -> str:
        return to_public(JournalTransaction.PREFIX, self.transaction_id)


def lines_of(scope: Scope, *, edge: int | None, newest_first: bool, limit: int) -> list[Line]:
    """Rows beyond the entry `edge`, in that order; where filters leave some out, with what was skipped before each."""
    conditions, params = _belongs(scope)
    shown, values = _shown(scope)
    where = [*conditions, *shown]
    if edge is not None:
        where.append("e.id < %(edge)s" if newest_first else "e.id > %(edge)s")
    sql = _ROWS.format(where=" AND ".join(where), order="DESC" if newest_first else "ASC")
    rows = [Line(*[*row[:-1], int(row[-1])]) for row in fetch(sql, params | values | {"edge": edge, "limit": limit})]
    if not rows or not scope.is_filtered:
        return rows
    return _with_skipped(scope, rows, before_first=None if newest_first else edge)


def balance_up_to(scope: Scope, entry_id: int) -> int:
    """Sum of the statement's entries up to and with `entry_id`, shown or not, without its opening balance."""
    upto = get_account_balance(scope.account_id, up_to=entry_id, asof=scope.asof)
    return upto if scope.since is None else upto - get_account_balance(scope.account_id, up_to=entry_id, asof=_before_period(scope))


def balance_before_period(scope: Scope) -> int:
    """Sum of the account's entries of business days before the period; 0 where it begins with the account."""
    if scope.since is None:
        return 0
    return get_account_balance(scope.account_id, up_to=scope.mark, asof=AsOf(scope.since - timedelta(days=1), scope.asof.posted_at))


def _before_period(scope: Scope) -> AsOf:
    """What counts of the statement's moment but lies before its period: all of it, where the moment itself does."""
    assert scope.since is not None
    before = scope.since - timedelta(days=1)
    return AsOf(min(before, scope.asof.business_date or before), scope.asof.posted_at)


def _with_skipped(scope: Scope, rows: list[Line], *, before_first: int | None) -> list[Line]:
    ids = sorted(row.entry_id for row in rows)
    befores = [ids[0] - 1 if before_first is None else before_first, *ids[:-1]]
    conditions, params = _belongs(scope)
    found = fetch(_SKIPPED.format(where=" AND ".join(conditions)), params | {"ids": ids, "befores": befores})
    skipped = {identity: int(total) for identity, total in found}
    return [replace(row, skipped_minor=skipped[row.entry_id]) for row in rows]


def _belongs(scope: Scope) -> tuple[list[str], dict[str, Any]]:
    conditions, params = scope.asof.conditions()
    conditions = ["e.account_id = %(account)s", "e.id <= %(mark)s", *conditions]
    if scope.since is not None:
        conditions.append("e.business_date >= %(since)s")
    return conditions, params | {"account": scope.account_id, "mark": scope.mark, "since": scope.since}


def _shown(scope: Scope) -> tuple[list[str], dict[str, Any]]:
    wanted = {
        "kind": (scope.kind, "t.kind = %(kind)s"),
        "reference": (scope.reference, "(e.ref = %(reference)s OR t.intent_ref = %(reference)s)"),
        "amount": (scope.amount_minor, "abs(e.amount_minor) = %(amount)s"),
        "actor": (scope.actor_id, "t.actor_id = %(actor)s"),
    }
    chosen = {name: pair for name, pair in wanted.items() if pair[0] not in ("", None)}
    return [condition for _, condition in chosen.values()], {name: value for name, (value, _) in chosen.items()}
