"""Balances of accounts (L6, L7, L13), in minor units and the ledger's own sign: debit positive.

`wallet_view` and WalletBalance are turned for people.
"""

from uuid import UUID

from ledger.locks import WalletBalance, balance_of
from ledger.models import Account, Wallet
from ledger.queries.moments import NOW, AsOf
from ledger.queries.rows import number

# Latest checkpoint and the tail behind it, of an account `a`: one look into the checkpoints' index, one range of the entries'.
BALANCE = """
WITH last AS (SELECT c.entry_id, c.balance_minor FROM ledger_checkpoint c WHERE c.account_id = a.id ORDER BY c.entry_id DESC LIMIT 1)
SELECT coalesce((SELECT balance_minor FROM last), 0)
     + coalesce((SELECT sum(e.amount_minor) FROM ledger_entry e
                  WHERE e.account_id = a.id AND e.id > coalesce((SELECT entry_id FROM last), 0)), 0)
"""
ONE_BALANCE = f"""
SELECT b.total FROM ledger_account a, LATERAL ({BALANCE}) b(total)
 WHERE a.owner_ref = %(holder)s AND a.asset = %(asset)s AND a.kind = %(kind)s AND a.entity_id = %(entity)s
"""
_UP_TO = """
WITH last AS (SELECT c.entry_id, c.balance_minor FROM ledger_checkpoint c
               WHERE c.account_id = %(account)s AND c.entry_id <= %(up_to)s ORDER BY c.entry_id DESC LIMIT 1)
SELECT coalesce((SELECT balance_minor FROM last), 0)
     + coalesce((SELECT sum(e.amount_minor) FROM ledger_entry e
                  WHERE e.account_id = %(account)s AND e.id > coalesce((SELECT entry_id FROM last), 0) AND e.id <= %(up_to)s), 0)
"""
_LARGEST_ID = 2**63 - 1


def get_balance(entity_id: UUID, kind: str, holder: str, asset: str, asof: AsOf = NOW) -> int:
    """Sum of an account's entries: latest checkpoint and the tail after it (L6); as of another moment, of all its entries.

    0 for no such account.
    """
    if asof.is_now:
        return number(ONE_BALANCE, {"holder": holder, "asset": asset, "kind": kind, "entity": entity_id})
    account = Account.objects.filter(owner_ref=holder, asset=asset, kind=kind, entity_id=entity_id).first()
    return get_account_balance(account.pk, asof=asof) if account else 0


def get_account_balance(account_id: int, *, up_to: int | None = None, asof: AsOf = NOW) -> int:
    """Sum of an account's entries up to and with the entry `up_to` (None: all), as of a moment."""
    bounds = {"account": account_id, "up_to": _LARGEST_ID if up_to is None else up_to}
    if asof.is_now:
        return number(_UP_TO, bounds)
    conditions, params = asof.conditions()
    where = " AND ".join(["e.account_id = %(account)s", "e.id <= %(up_to)s", *conditions])
    return number(f"SELECT coalesce(sum(e.amount_minor), 0) FROM ledger_entry e WHERE {where}", bounds | params)


def wallet_view(player_id: str) -> dict[str, WalletBalance]:
    """A player's balances by asset, as last committed, unlocked: for showing, never for deciding."""
    return {row.asset: balance_of(row) for row in Wallet.objects.filter(owner_ref=player_id).order_by("asset")}
