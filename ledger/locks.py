"""Row locks on wallets (L6). Always inside a transaction, always in one order: holder, asset, entity."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from ledger.errors import NoOpenTransaction
from ledger.models import LegalEntity, Wallet


@dataclass(frozen=True, slots=True)
class WalletBalance:
    """A player's balances in one asset, minor units, signs as shown to people: all are zero or above."""

    playable: int = 0
    pending: int = 0
    locked: int = 0
    bonus: int = 0
    receivable: int = 0


def lock_wallet(*, entity_id: UUID, player_id: str, asset: str) -> WalletBalance:
    """Lock the player's balance row (made if missing) until the transaction ends, and read it."""
    return lock_wallets(entity_id=entity_id, wallets=[(player_id, asset)])[(player_id, asset)]


def lock_wallets(*, entity_id: UUID, wallets: Iterable[tuple[str, str]]) -> dict[tuple[str, str], WalletBalance]:
    """Lock rows of (player id, asset), all in the one order, so that opposite transfers don't deadlock."""
    if not connection.in_atomic_block:
        raise NoOpenTransaction("A wallet is locked within a transaction.")
    return {pair: _lock(entity_id, *pair) for pair in sorted(set(wallets))}


def _lock(entity_id: UUID, player_id: str, asset: str) -> WalletBalance:
    row = _rows(entity_id, player_id, asset)
    if row is None:
        # ON CONFLICT DO NOTHING waits for another transaction that is making the same row.
        Wallet.objects.bulk_create([Wallet(entity=LegalEntity(pk=entity_id), owner_ref=player_id, asset=asset)], ignore_conflicts=True)
        row = _rows(entity_id, player_id, asset)
    assert row is not None
    return balance_of(row)


def _rows(entity_id: UUID, player_id: str, asset: str) -> Wallet | None:
    return Wallet.objects.select_for_update().filter(owner_ref=player_id, asset=asset, entity_id=entity_id).first()


def balance_of(row: Wallet) -> WalletBalance:
    """The row's balances as a value."""
    return WalletBalance(row.playable_minor, row.pending_minor, row.locked_minor, row.bonus_minor, row.receivable_minor)
