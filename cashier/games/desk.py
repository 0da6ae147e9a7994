"""What a stake must know of its player, in one round trip: the wallet, locked, and then what stands behind that lock."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from cashier.games.calls import RoundCall
from cashier.models import Bonus, Brand, Player, RoundMove
from cashier.queries.players import get_player_for, player_of_row
from cashier.refusals import NotFound
from ledger.ids import BadPublicId
from ledger.locks import WalletBalance, lock_wallet
from ledger.models import LegalEntity
from ledger.operations.idempotency import NOT_REFUSED
from ledger.operations.rows import Row, Statement, ask

# A wallet's lock orders all moves of its player. The second statement runs when the lock is held, and so sees what the one
# who held it before has committed: of the player too, as he is now.
_MINOR = "playable_minor, pending_minor, locked_minor, bonus_minor, receivable_minor"
_PLAYER, _BRAND, _ENTITY = (model._meta.db_table for model in (Player, Brand, LegalEntity))
_MOVE = "SELECT FROM cashier_round_move WHERE client_id = $1::text AND txn_ref = $2::text AND kind"
_FACTS = f"""EXISTS ({_MOVE} = '{RoundMove.Kind.DEBIT}'), EXISTS ({_MOVE} = '{RoundMove.Kind.REFUSAL}'),
       EXISTS (SELECT FROM cashier_game_round WHERE client_id = $1::text AND round_id = $3::text),
       EXISTS (SELECT FROM cashier_bonus WHERE player_id = $4::uuid AND currency = $5::text AND state = '{Bonus.State.ACTIVE}')"""
_WALLET = Statement(
    b"games_wallet",
    f"""SELECT {_MINOR} FROM ledger_wallet WHERE owner_ref = $1::text AND asset = $2::text AND entity_id = $3::uuid FOR UPDATE""".encode(),
)
_WALLET_OF_PLAYER = Statement(
    b"games_wallet_of_player",
    f"""SELECT {_MINOR} FROM ledger_wallet
         WHERE owner_ref = $1::text AND asset = $2::text AND {NOT_REFUSED}
           AND entity_id = (SELECT b.entity_id FROM {_PLAYER} p JOIN {_BRAND} b ON b.id = p.brand_id
                             WHERE p.id = $3::uuid AND p.brand_id = ANY ($4::uuid[]))
           FOR UPDATE""".encode(),
)
_BEHIND = Statement(b"games_behind_wallet", f"SELECT {_FACTS}".encode())
_SEAT = Statement(
    b"games_seat",
    f"""SELECT to_jsonb(p), to_jsonb(b), to_jsonb(e), {_FACTS}
          FROM {_PLAYER} p JOIN {_BRAND} b ON b.id = p.brand_id JOIN {_ENTITY} e ON e.id = b.entity_id
         WHERE p.id = $4::uuid AND p.brand_id = ANY ($6::uuid[])""".encode(),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """The locked wallet, and what there is: this debit already, its refusal by an early rollback, its round, active bonuses."""

    wallet: WalletBalance
    has_debit: bool
    has_refusal: bool
    has_round: bool
    has_bonuses: bool


def open_desk(call: RoundCall) -> Desk:
    """Lock the wallet (made if missing) until the transaction ends, then look."""
    key = (call.player.public_id, call.currency, call.player.brand.entity_id)
    named = (call.client_id, call.txn_ref, call.round_id, call.player.id, call.currency)
    wallets, (found,) = ask((_WALLET, key), (_BEHIND, named))
    if not wallets:
        wallet = lock_wallet(entity_id=key[2], player_id=key[0], asset=key[1])
        ((found,),) = ask((_BEHIND, named))
    else:
        wallet = _balance(wallets[0])
    return _desk(wallet, found)


def find_at_desk(
    text: str, *, brand_ids: Collection[UUID], currency: str, client_id: str, txn_ref: str, round_id: str
) -> tuple[Player, Desk | None]:
    """The player whom a caller names, and his desk in the same round trip where our own id (`pl_…`) names him and he has a wallet.

    Raises as get_player_for.
    """
    try:
        player_id = Player.id_of(text)
    except BadPublicId:
        return get_player_for(text, brand_ids=brand_ids), None
    brands = "{" + ",".join(map(str, brand_ids)) + "}"
    wallets, seats = ask(
        (_WALLET_OF_PLAYER, (text, currency, player_id, brands)), (_SEAT, (client_id, txn_ref, round_id, player_id, currency, brands))
    )
    if not seats:
        raise NotFound("No such player.")
    player = player_of_row(*seats[0][:3])
    return player, _desk(_balance(wallets[0]), seats[0][3:]) if wallets else None


def _balance(row: Row) -> WalletBalance:
    return WalletBalance(*(int(minor or 0) for minor in row))


def _desk(wallet: WalletBalance, facts: Row) -> Desk:
    return Desk(wallet, *(fact == "t" for fact in facts))
