"""The trial balance of an entity (L10, L13): every account on its side, as of any moment. Minor units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ledger.chart import WALLET_KINDS
from ledger.queries.balances import BALANCE, balance_at
from ledger.queries.moments import NOW, AsOf
from ledger.queries.rows import fetch

# Players are one line per kind, whose two sides are added apart; an account of the house is a line of its own.
_HOUSE_NOW = f"""
SELECT a.kind, a.asset, a.owner_ref, a.id, greatest(b.total, 0), -least(b.total, 0)
  FROM ledger_account a, LATERAL ({BALANCE}) b(total) WHERE a.entity_id = %(entity)s AND a.kind <> ALL(%(walleted)s::text[])
"""
_WALLETS_NOW = """
SELECT k.kind, w.asset, '', NULL, coalesce(sum(k.amount) FILTER (WHERE k.kind = 'receivable'), 0),
       coalesce(sum(k.amount) FILTER (WHERE k.kind <> 'receivable'), 0)
  FROM ledger_wallet w, LATERAL (VALUES ('playable', w.playable_minor), ('pending', w.pending_minor), ('locked', w.locked_minor),
       ('bonus', w.bonus_minor), ('receivable', w.receivable_minor)) k(kind, amount)
 WHERE w.entity_id = %(entity)s AND k.amount <> 0 GROUP BY 1, 2
"""
# As of a moment: an account of the house from its checkpoint, players as they stand now less what does not count yet, account by
# account, for a player's side at that moment may be the other one (a posting into an earlier day).
_HOUSE_AT = """
SELECT a.kind, a.asset, a.owner_ref, a.id, greatest(b.total, 0), -least(b.total, 0)
  FROM ledger_account a, LATERAL ({balance}) b(total) WHERE a.entity_id = %(entity)s AND a.kind <> ALL(%(walleted)s::text[])
"""
_WALLETS_AT = """
SELECT kind, asset, '', NULL::bigint, sum(greatest(total, 0)), -sum(least(total, 0)) FROM (
    SELECT k.kind, w.asset, k.amount - coalesce(l.total, 0) AS total
      FROM ledger_wallet w
     CROSS JOIN LATERAL (VALUES ('playable', -w.playable_minor), ('pending', -w.pending_minor), ('locked', -w.locked_minor),
                                ('bonus', -w.bonus_minor), ('receivable', w.receivable_minor)) k(kind, amount)
      LEFT JOIN (SELECT a.owner_ref, a.asset, a.kind, sum(e.amount_minor) AS total
                   FROM ledger_journal_transaction t JOIN ledger_entry e ON e.transaction_id = t.id
                   JOIN ledger_account a ON a.id = e.account_id
                  WHERE t.entity_id = %(entity)s AND a.kind = ANY(%(walleted)s::text[]) AND ({later}) GROUP BY 1, 2, 3) l
        ON l.owner_ref = w.owner_ref AND l.asset = w.asset AND l.kind = k.kind
     WHERE w.entity_id = %(entity)s) per_account
 GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One line of a trial balance: all accounts of a kind and asset, those on the debit and those on the credit side."""

    kind: str
    asset: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class TrialAccount(TrialRow):
    """A line of its own for an account of the house (`holder`, `account_id`); one for all players of a kind ("", None)."""

    holder: str
    account_id: int | None


def trial_balance(entity_id: UUID, asof: AsOf | date | None = None) -> list[TrialRow]:
    """The trial balance by kind and asset, now or as of a moment; a bare date is that business day (L13)."""
    sums: dict[tuple[str, str], list[int]] = {}
    for row in trial_accounts(entity_id, asof):
        both = sums.setdefault((row.asset, row.kind), [0, 0])
        both[0] += row.debit_minor
        both[1] += row.credit_minor
    return [TrialRow(kind, asset, debits, credits) for (asset, kind), (debits, credits) in sorted(sums.items())]


def trial_accounts(entity_id: UUID, asof: AsOf | date | None = None) -> list[TrialAccount]:
    """The trial balance by account, players as one line per kind; accounts at zero are left out."""
    moment = asof if isinstance(asof, AsOf) else AsOf(asof) if asof else NOW
    rows = [TrialAccount(kind, asset, int(debits), int(credits), holder, account) for kind, asset, holder, account, debits, credits
            in _rows(entity_id, moment) if debits or credits]  # fmt: skip
    return sorted(rows, key=lambda row: (row.asset, row.kind, row.holder))


def _rows(entity_id: UUID, asof: AsOf) -> Iterable[tuple[Any, ...]]:
    params: dict[str, Any] = {"entity": entity_id, "walleted": list(WALLET_KINDS)}
    if asof.is_now:
        return fetch(f"{_HOUSE_NOW} UNION ALL {_WALLETS_NOW}", params)  # one statement: both halves of one moment
    balance, bounds = balance_at(asof, account="a.id")
    return fetch(f"{_HOUSE_AT.format(balance=balance)} UNION ALL {_WALLETS_AT.format(later=asof.later())}", params | bounds)
