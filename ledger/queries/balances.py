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
# The same as of a moment and up to an entry: the latest checkpoint that reaches no further, and what counts of the tail behind it.
_AT = """
WITH last AS (SELECT c.entry_id, c.balance_minor FROM ledger_checkpoint c
               WHERE c.account_id = {account} AND {covered} {bound_of_checkpoint} ORDER BY c.entry_id DESC LIMIT 1)
SELECT coalesce((SELECT balance_minor FROM last), 0)
     + coalesce((SELECT sum(e.amount_minor) FROM ledger_entry e
                  WHERE e.account_id = {account} AND e.id > coalesce((SELECT entry_id FROM last), 0) {bound_of_entry} {conditions}), 0)
"""
_LARGEST_ID = 2**63 - 1


def get_balance(entity_id: UUID, kind: str, holder: str, asset: str, asof: AsOf = NOW) -> int:
    """Sum of an account's entries: a checkpoint and the tail after it, now (L6) or as of a moment (L13).

    0 for no such account.
    """
    if asof.is_now:
        return number(ONE_BALANCE, {"holder": holder, "asset": asset, "kind": kind, "entity": entity_id})
    account = Account.objects.filter(owner_ref=holder, asset=asset, kind=kind, entity_id=entity_id).first()
    return get_account_balance(account.pk, asof=asof) if account else 0


def get_account_balance(account_id: int, *, up_to: int | None = None, asof: AsOf = NOW) -> int:
    """Sum of an account's entries up to and with the entry `up_to` (None: all), as of a moment."""
    statement, params = balance_at(asof, account="%(account)s", bounded=True)
    return number(statement, params | {"account": account_id, "up_to": _LARGEST_ID if up_to is None else up_to})


def balance_at(asof: AsOf, *, account: str, bounded: bool = False) -> tuple[str, dict[str, object]]:
    """The SQL of a balance as of a moment, and its parameters. `account`: SQL of the account's id; `bounded`: up to entry %(up_to)s."""
    conditions, params = asof.conditions()
    statement = _AT.format(
        account=account, covered=asof.covered(),
        bound_of_checkpoint="AND c.entry_id <= %(up_to)s" if bounded else "",
        bound_of_entry="AND e.id <= %(up_to)s" if bounded else "",
        conditions="".join(f" AND {condition}" for condition in conditions),
    )  # fmt: skip
    return statement, params


def wallet_view(player_id: str) -> dict[str, WalletBalance]:
    """A player's balances by asset, as last committed, unlocked: for showing, never for deciding."""
    return {row.asset: balance_of(row) for row in Wallet.objects.filter(owner_ref=player_id).order_by("asset")}
