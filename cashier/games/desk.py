"""What a stake must know of its player, in one round trip: the wallet, locked, and then what stands behind that lock."""

from dataclasses import dataclass

from cashier.games.calls import RoundCall
from cashier.models import Bonus, RoundMove
from ledger.locks import WalletBalance, lock_wallet
from ledger.operations.rows import Statement, ask

# A wallet's lock orders all moves of its player. The second statement runs when the lock is held, and so sees what the one
# who held it before has committed.
_WALLET = Statement(
    b"games_wallet",
    b"""SELECT playable_minor, pending_minor, locked_minor, bonus_minor, receivable_minor FROM ledger_wallet
         WHERE owner_ref = $1::text AND asset = $2::text AND entity_id = $3::uuid FOR UPDATE""",
)
_MOVE = "SELECT FROM cashier_round_move WHERE client_id = $1::text AND txn_ref = $2::text AND kind"
_BEHIND = Statement(
    b"games_behind_wallet",
    f"""SELECT EXISTS ({_MOVE} = '{RoundMove.Kind.DEBIT}'), EXISTS ({_MOVE} = '{RoundMove.Kind.REFUSAL}'),
               EXISTS (SELECT FROM cashier_game_round WHERE client_id = $1::text AND round_id = $3::text),
               EXISTS (SELECT FROM cashier_bonus WHERE player_id = $4::uuid AND currency = $5::text AND state = '{Bonus.State.ACTIVE}')
    """.encode(),
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
        wallet = WalletBalance(*(int(minor or 0) for minor in wallets[0]))
    return Desk(wallet, *(fact == "t" for fact in found))
