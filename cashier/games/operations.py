"""Stakes, wins and rollbacks of game rounds (G2). Each is one transaction and one posting for the move at most.

What bonuses have to say of a stake, and what a move does to them, is asked of cashier.bonuses under the same lock (G4).
"""

from datetime import datetime

from django.db import transaction

from cashier.bonuses.locks import lock_active
from cashier.bonuses.rounds import convert_wagered, record_rollback, record_stake, record_win, shares_of_move
from cashier.bonuses.terms import Bet, offers
from cashier.games.booking import book
from cashier.games.calls import Moved, RoundCall, game_of
from cashier.games.desk import Desk, open_desk
from cashier.games.free_spins import credit_spin, play_spin, require_no_spin, same_spin
from cashier.games.limits import check_may_stake
from cashier.games.refusals import DebitRolledBack, RoundConflict, RoundCredited, RoundEnded
from cashier.games.rounds import add_move, find_move, find_or_make_round, lock_round, new_round, stake_of
from cashier.games.splits import Split, split_stake, split_win
from cashier.models import GameRound, Player, RoundMove
from ledger.actors import Actor
from ledger.errors import BadPublicId
from ledger.ids import from_public, new_id
from ledger.locks import WalletBalance, lock_wallet
from ledger.transitions import move

__all__ = ["Moved", "RoundCall", "credit_round", "debit_round", "debit_within", "end_round", "rollback_round"]

Kind = RoundMove.Kind


def debit_round(call: RoundCall, *, actor: Actor, now: datetime) -> Moved:
    """Take a stake in a transaction of its own. Raises as debit_within."""
    with transaction.atomic():
        return debit_within(call, actor=actor, now=now)


def debit_within(call: RoundCall, *, desk: Desk | None = None, actor: Actor, now: datetime) -> Moved:
    """Take a stake: cash and bonus in the brand's order, or a free spin. The same reference again is the same stake.

    In the caller's transaction, which must not go on after a refusal. `desk`: the call's own, where it was opened in this transaction.
    Raises InsufficientFunds, PlayerMayNotPlay, StakeAboveLimit, DebitRolledBack, RoundEnded, RoundConflict, FreeSpinRound; where
    the stake needs bonus money whose terms forbid it: AboveMaxBet, GameProhibited, GameNotNamed, BonusTermOver; and as `take_spin`.
    """
    # 1. The wallet's lock orders all moves of this player: limits, rollbacks, bonuses and balance are read under it.
    desk = desk or open_desk(call)
    if desk.has_debit:
        known = find_move(client_id=call.client_id, kind=Kind.DEBIT, ref=call.txn_ref)
        assert known is not None  # moves are never taken away
        return moved(same_spin(known, call, call.bonus_id) if call.bonus_id else same(known, call), desk.wallet)
    if desk.has_refusal:
        raise DebitRolledBack
    staked_minor = 0 if call.bonus_id else call.amount_minor
    check_may_stake(player=call.player, amount_minor=staked_minor, currency=call.currency, now=now)
    if call.bonus_id:
        game_round = require_open(get_round(call, actor=actor, now=now))
        return moved(play_spin(game_round, call, call.bonus_id, actor=actor, now=now), desk.wallet)
    game_round = require_open(get_round(call, actor=actor, now=now) if desk.has_round else new_round_of(call, now=now))
    require_no_spin(game_round)
    return moved(stake(game_round, call, desk, actor=actor, now=now), desk.wallet, sign=-1)


def stake(game_round: GameRound, call: RoundCall, desk: Desk, *, actor: Actor, now: datetime) -> RoundMove:
    """Decide the split, which is stored with the move; post it; tell the bonuses. The posting refuses what the wallet does not hold."""
    bet, wallet = Bet(call.amount_minor, game_of(call), now), desk.wallet
    bonuses = lock_active(player=call.player, currency=call.currency) if desk.has_bonuses else []
    offered, refusals = offers(bonuses, bet)
    bonus_first = call.player.brand.bonus_first
    split = split_stake(call.amount_minor, playable_minor=wallet.playable, offered=offered, bonus_first=bonus_first)
    if split.playable_minor > wallet.playable and refusals and call.amount_minor <= wallet.playable + wallet.bonus:
        raise refusals[0]
    made = book(game_round, Kind.DEBIT, split, call.txn_ref, meta=call.meta, actor=actor, now=now)
    record_stake(bonuses, split.shares, bet, move=made, actor=actor, now=now)
    return made


def credit_round(call: RoundCall, *, actor: Actor, now: datetime) -> Moved:
    """Pay a win to where the round's stakes came from; a win of zero is kept and posts nothing. The same reference: the same win.

    A bonus that is wagered is converted then. Raises RoundUnknown, RoundWithoutStake, RoundEnded, RoundConflict.
    """
    with transaction.atomic():
        wallet = lock(call)
        known = find_move(client_id=call.client_id, kind=Kind.CREDIT, ref=call.txn_ref)
        if known is not None:
            return moved(same(known, call), wallet)
        game_round = require_open(lock_round(player=call.player, round_id=call.round_id, client_id=call.client_id))
        made = win(game_round, call, actor=actor, now=now)
        convert_wagered(player=call.player, currency=call.currency, actor=actor, now=now)
        return moved(made, lock(call))


def win(game_round: GameRound, call: RoundCall, *, actor: Actor, now: datetime) -> RoundMove:
    """Post the win by the proportion of the round's stakes; without a stake, to the free spin's bonus."""
    staked = stake_of(game_round)
    if not staked.total_minor:
        return credit_spin(game_round, call, actor=actor, now=now)
    split = split_win(call.amount_minor, stake=staked)
    made = book(game_round, Kind.CREDIT, split, call.txn_ref, meta=call.meta, actor=actor, now=now)
    record_win(split.shares, move=made, actor=actor, now=now)
    return made


def rollback_round(call: RoundCall, *, actor: Actor, now: datetime) -> Moved:
    """Give the stake named by `txn_ref` (its reference or its txn_ id) back, into the same accounts. Again: the same rollback.

    A rollback that comes before its debit is kept, and refuses the debit. Raises RoundConflict, RoundCredited.
    """
    with transaction.atomic():
        wallet = lock(call)
        debit = find_debit(call)
        if debit is None:
            return moved(refuse_ahead(call, actor=actor, now=now), wallet)
        known = RoundMove.objects.filter(of=debit, kind=Kind.ROLLBACK).first()
        if known is not None:
            return moved(known, wallet)
        game_round = lock_round(player=call.player, round_id=call.round_id, client_id=call.client_id)
        if debit.round_id != game_round.id:
            raise RoundConflict
        if game_round.moves.filter(kind=Kind.CREDIT, amount_minor__gt=0).exists():
            raise RoundCredited
        split = Split(debit.playable_minor, shares_of_move(debit))
        made = book(game_round, Kind.ROLLBACK, split, debit.txn_ref, of=debit, meta=call.meta, actor=actor, now=now)
        record_rollback(debit, move=made, actor=actor, now=now)
        return moved(made, lock(call))


def end_round(*, player: Player, round_id: str, client_id: str, actor: Actor, now: datetime) -> GameRound:
    """Close the round: no more stakes or wins. Ended already: nothing. Raises RoundUnknown, RoundConflict."""
    with transaction.atomic():
        game_round = lock_round(player=player, round_id=round_id, client_id=client_id)
        if game_round.state == GameRound.State.OPEN:
            game_round.ended_at = now
            move(game_round, "end", actor=actor, now=now, event="round.closed", extra_fields=["ended_at"])
    return game_round


def lock(call: RoundCall) -> WalletBalance:
    return lock_wallet(entity_id=call.player.brand.entity_id, player_id=call.player.public_id, asset=call.currency)


def new_round_of(call: RoundCall, *, now: datetime) -> GameRound:
    return new_round(player=call.player, round_id=call.round_id, currency=call.currency, client_id=call.client_id, now=now)


def get_round(call: RoundCall, *, actor: Actor, now: datetime) -> GameRound:
    return find_or_make_round(
        player=call.player, round_id=call.round_id, currency=call.currency, client_id=call.client_id, actor=actor, now=now
    )


def require_open(game_round: GameRound) -> GameRound:
    if game_round.state != GameRound.State.OPEN:
        raise RoundEnded
    return game_round


def same(known: RoundMove, call: RoundCall) -> RoundMove:
    """The move that this reference names, if it says the same. Raises RoundConflict."""
    if known.round.round_id != call.round_id or known.round.player_id != call.player.id or known.amount_minor != call.amount_minor:
        raise RoundConflict
    return known


def find_debit(call: RoundCall) -> RoundMove | None:
    """The stake by the client's reference, or by the transaction id that we answered."""
    by_ref = find_move(client_id=call.client_id, kind=Kind.DEBIT, ref=call.txn_ref)
    if by_ref is not None:
        return by_ref
    try:
        transaction_id = from_public(call.txn_ref, "txn_")
    except BadPublicId:  # the caller's own reference, whatever it begins with: of a stake that has not come
        return None
    return RoundMove.objects.filter(client_id=call.client_id, kind=Kind.DEBIT, transaction_id=transaction_id).first()


def refuse_ahead(call: RoundCall, *, actor: Actor, now: datetime) -> RoundMove:
    """Keep the rollback of a stake that has not come, so that it is refused when it does."""
    known = find_move(client_id=call.client_id, kind=Kind.REFUSAL, ref=call.txn_ref)
    if known is not None:
        return known
    game_round = get_round(call, actor=actor, now=now)
    return add_move(
        game_round, Kind.REFUSAL, move_id=new_id(), txn_ref=call.txn_ref, split=Split(0), transaction_id=None, actor=actor, now=now
    )


def moved(made: RoundMove, wallet: WalletBalance, *, sign: int = 0) -> Moved:
    """The move with the wallet as it is after it: `wallet` itself, or `wallet` as it was before plus or less the move."""
    return Moved(made, wallet.playable + sign * made.playable_minor, wallet.bonus + sign * made.bonus_minor)
