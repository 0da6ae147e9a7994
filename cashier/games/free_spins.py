"""Rounds played with a free spin of a bonus: no stake is taken, a win is the promotion's cost (POSTINGS.md 3.8)."""

from datetime import datetime
from uuid import UUID

from cashier.bonuses.rounds import pay_spin, record_win, spin_of_round
from cashier.bonuses.shares import Share
from cashier.bonuses.spins import is_spin_of, record_spin, take_spin
from cashier.games.calls import RoundCall, game_of
from cashier.games.refusals import FreeSpinRound, RoundConflict, RoundWithoutStake
from cashier.games.rounds import add_move, stake_of
from cashier.games.splits import Split
from cashier.models import GameRound, RoundMove
from ledger.actors import Actor
from ledger.ids import new_id

Kind = RoundMove.Kind


def play_spin(game_round: GameRound, call: RoundCall, bonus_id: UUID, *, actor: Actor, now: datetime) -> RoundMove:
    """Use one free spin in a round of its own. Raises FreeSpinRound, and as `take_spin`."""
    if stake_of(game_round).total_minor or spin_of_round(game_round) is not None:
        raise FreeSpinRound
    bonus = take_spin(bonus_id, player=call.player, currency=call.currency, amount_minor=call.amount_minor, game=game_of(call), now=now)
    made = add_move(
        game_round,
        Kind.DEBIT,
        move_id=new_id(),
        txn_ref=call.txn_ref,
        split=Split(0),
        transaction_id=None,
        meta=call.meta,
        actor=actor,
        now=now,
    )
    record_spin(bonus, move=made, actor=actor, now=now)
    return made


def credit_spin(game_round: GameRound, call: RoundCall, *, actor: Actor, now: datetime) -> RoundMove:
    """Pay the win of the round's free spin to its bonus; a win of zero posts nothing. Raises RoundWithoutStake where there is no spin."""
    spin = spin_of_round(game_round)
    if spin is None:
        raise RoundWithoutStake
    won, move_id, transaction_id = call.amount_minor, new_id(), None
    if won:
        transaction_id = pay_spin(spin, won, move_id=move_id, actor=actor, now=now)
    split = Split(0, (Share(spin.bonus_id, won),) if won else ())
    made = add_move(
        game_round,
        Kind.CREDIT,
        move_id=move_id,
        txn_ref=call.txn_ref,
        split=split,
        transaction_id=transaction_id,
        meta=call.meta,
        actor=actor,
        now=now,
    )
    record_win(split.shares, move=made, actor=actor, now=now)
    return made


def require_no_spin(game_round: GameRound) -> None:
    """A round of a free spin takes no stake beside it. Raises FreeSpinRound. A fresh round is not looked up."""
    if game_round.meta["inputs"] and spin_of_round(game_round) is not None:
        raise FreeSpinRound


def same_spin(known: RoundMove, call: RoundCall, bonus_id: UUID) -> RoundMove:
    """The spin that this reference played, if it is this one. Raises RoundConflict."""
    if known.round.round_id != call.round_id or known.round.player_id != call.player.id or not is_spin_of(known, bonus_id):
        raise RoundConflict
    return known
