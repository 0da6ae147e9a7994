"""Every read of the books that is more than one filter deep (L6, L13). Amounts are minor units.

Balances here carry the ledger's own sign, debit positive; `wallet_view` and WalletBalance are turned for people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from ledger.chart import WALLET_KINDS
from ledger.locks import WalletBalance, balance_of
from ledger.models import Entry, Wallet

_BALANCE = """
WITH last AS (SELECT c.entry_id, c.balance_minor FROM ledger_checkpoint c WHERE c.account_id = a.id ORDER BY c.entry_id DESC LIMIT 1)
SELECT coalesce((SELECT balance_minor FROM last), 0)
     + coalesce((SELECT sum(e.amount_minor) FROM ledger_entry e
                  WHERE e.account_id = a.id AND e.id > coalesce((SELECT entry_id FROM last), 0)), 0)
"""
_ONE_BALANCE = f"""
SELECT b.total FROM ledger_account a, LATERAL ({_BALANCE}) b(total)
 WHERE a.owner_ref = %s AND a.asset = %s AND a.kind = %s AND a.entity_id = %s
"""
_HOUSE_NOW = f"""
SELECT a.kind, a.asset, sum(greatest(b.total, 0)), -sum(least(b.total, 0))
  FROM ledger_account a, LATERAL ({_BALANCE}) b(total)
 WHERE a.entity_id = %(entity)s AND a.kind <> ALL(%(walleted)s::text[]) GROUP BY 1, 2
"""
_WALLETS_NOW = """
SELECT k.kind, w.asset, coalesce(sum(k.amount) FILTER (WHERE k.kind = 'receivable'), 0),
       coalesce(sum(k.amount) FILTER (WHERE k.kind <> 'receivable'), 0)
  FROM ledger_wallet w, LATERAL (VALUES ('playable', w.playable_minor), ('pending', w.pending_minor), ('locked', w.locked_minor),
       ('bonus', w.bonus_minor), ('receivable', w.receivable_minor)) k(kind, amount)
 WHERE w.entity_id = %(entity)s AND k.amount <> 0 GROUP BY 1, 2
"""
_AS_OF = """
SELECT kind, asset, sum(greatest(total, 0)), -sum(least(total, 0))
  FROM (SELECT a.kind, a.asset, sum(e.amount_minor) AS total FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
         WHERE a.entity_id = %(entity)s AND e.business_date <= %(asof)s GROUP BY a.id) b
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


def get_balance(entity_id: UUID, kind: str, holder: str, asset: str) -> int:
    """Sum of an account's entries, debit positive: latest checkpoint and the tail after it (L6). 0 for no such account."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_BALANCE, [holder, asset, kind, entity_id])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def trial_balance(entity_id: UUID, asof: date | None = None) -> list[TrialRow]:
    """The trial balance by kind and asset, as of now, or over all entries of business days up to and with `asof` (L13)."""
    params: dict[str, Any] = {"entity": entity_id, "walleted": list(WALLET_KINDS), "asof": asof}
    rows = [row for sql in ([_AS_OF] if asof else [_HOUSE_NOW, _WALLETS_NOW]) for row in _fetch(sql, params)]
    trial = [TrialRow(kind, asset, int(debits), int(credits)) for kind, asset, debits, credits in rows if debits or credits]
    return sorted(trial, key=lambda row: (row.asset, row.kind))


def list_entries(
    *, entity_id: UUID | None = None, kind: str = "", holder: str = "", asset: str = "", ref: str = "", transaction_id: UUID | None = None,
    business_date: date | None = None,
) -> QuerySet[Entry]:  # fmt: skip
    """Entries in the order in which they were posted, with account and transaction; empty filters don't filter."""
    wanted = {
        "account__entity_id": entity_id, "account__kind": kind, "account__owner_ref": holder, "asset": asset, "ref": ref,
        "transaction_id": transaction_id, "business_date": business_date,
    }  # fmt: skip
    chosen = {name: value for name, value in wanted.items() if value}
    return Entry.objects.filter(**chosen).select_related("account", "transaction").order_by("id")


def wallet_view(player_id: str) -> dict[str, WalletBalance]:
    """A player's balances by asset, as last committed, unlocked: for showing, never for deciding."""
    return {row.asset: balance_of(row) for row in Wallet.objects.filter(owner_ref=player_id).order_by("asset")}


def _fetch(sql: str, params: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        yield from cursor.fetchall()
