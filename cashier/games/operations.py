"""Stakes, wins and rollbacks of game rounds (G2). Each is one transaction and at most one posting."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.games.limits import check_may_stake
from cashier.games.refusals import DebitRolledBack, RoundConflict, RoundCredited, RoundEnded, RoundWithoutStake
from cashier.games.rounds import add_move, find_move, find_or_make_round, lock_round, stake_of
from cashier.games.splits import Split, split_stake, split_win
from cashier.models import GameRound, Player, RoundMove
from ledger.actors import Actor
from ledger.ids import from_public, new_id, to_public
from ledger.locks import WalletBalance, lock_wallet
from ledger.operations import Posting, post
from ledger.transitions import move

Kind = RoundMove.Kind


@dataclass(frozen=True, slots=True)
class RoundCall:
    """Who plays what: amounts are minor units of `currency`. `txn_ref` names this move for the client, once per kind."""

    player: Player
    round_id: str
    currency: str
    amount_minor: int
    txn_ref: str
    client_id: str
    meta: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A move and the wallet after it, minor units."""

    move: RoundMove
    playable_minor: int
    bonus_minor: int


def debit_round(call: RoundCall, *, actor: Actor, now: datetime) -> Moved:
    """Take a stake: cash first, then bonus. The same reference again is the same stake.

    Raises InsufficientFunds, PlayerMayNotPlay, StakeAboveLimit, DebitRolledBack, RoundEnded, RoundConflict.
    """
    with transaction.atomic():
        # 1. The wallet's lock orders all moves of this player: limits, rollbacks and balance are read under it.
        wallet = lock(call)
        known = find_move(client_id=call.client_id, kind=Kind.DEBIT, ref=call.txn_ref)
        if known is not None:
            return moved(same(known, call), wallet)
        if find_move(client_id=call.client_id, kind=Kind.REFUSAL, ref=call.txn_ref) is not None:
            raise DebitRolledBack
        check_may_stake(player=call.player, amount_minor=call.amount_minor, currency=call.currency, now=now)
        game_round = require_open(get_round(call, actor=actor, now=now))
        # 2. The split is decided here and stored; the posting refuses what the wallet does not hold.
        split = split_stake(call.amount_minor, playable_minor=wallet.playable, bonus_minor=wallet.bonus)
        made = book(game_round, Kind.DEBIT, split, call.txn_ref, meta=call.meta, actor=actor, now=now)
        return moved(made, wallet, sign=-1)


def credit_round(call: RoundCall, *, actor: Actor, now: datetime) -> Moved:
    """Pay a win to where the round's stakes came from; a win of zero is kept and posts nothing. The same reference: the same win.

    Raises RoundUnknown, RoundWithoutStake, RoundEnded, RoundConflict.
    """
    with transaction.atomic():
        wallet = lock(call)
        known = find_move(client_id=call.client_id, kind=Kind.CREDIT, ref=call.txn_ref)
        if known is not None:
            return moved(same(known, call), wallet)
        game_round = require_open(lock_round(player=call.player, round_id=call.round_id, client_id=call.client_id))
        stake = stake_of(game_round)
        if not stake.total_minor:
            raise RoundWithoutStake
        split = split_win(call.amount_minor, stake=stake)
        made = book(game_round, Kind.CREDIT, split, call.txn_ref, meta=call.meta, actor=actor, now=now)
        return moved(made, wallet, sign=1)


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
        split = Split(debit.playable_minor, debit.bonus_minor)
        made = book(game_round, Kind.ROLLBACK, split, debit.txn_ref, of=debit, meta=call.meta, actor=actor, now=now)
        return moved(made, wallet, sign=1)


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
    if by_ref is not None or not call.txn_ref.startswith("txn_"):
        return by_ref
    debits = RoundMove.objects.filter(client_id=call.client_id, kind=Kind.DEBIT)
    return debits.filter(transaction_id=from_public(call.txn_ref, "txn_")).first()


def refuse_ahead(call: RoundCall, *, actor: Actor, now: datetime) -> RoundMove:
    """Keep the rollback of a stake that has not come, so that it is refused when it does."""
    known = find_move(client_id=call.client_id, kind=Kind.REFUSAL, ref=call.txn_ref)
    if known is not None:
        return known
    game_round = get_round(call, actor=actor, now=now)
    return add_move(game_round, Kind.REFUSAL, move_id=new_id(), txn_ref=call.txn_ref, split=Split(0, 0), transaction_id=None, now=now)


RULES = {
    Kind.DEBIT: ("round.debited", "ROUND_DEBITED@1"),
    Kind.CREDIT: ("round.credited", "ROUND_CREDITED@1"),
    Kind.ROLLBACK: ("round.rolled_back", "ROUND_ROLLED_BACK@1"),
}


def book(
    game_round: GameRound,
    kind: RoundMove.Kind,
    split: Split,
    txn_ref: str,
    *,
    of: RoundMove | None = None,
    meta: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
) -> RoundMove:
    """Post the move, keyed by its own id, and write its row."""
    move_id = new_id()
    transaction_id: UUID | None = None
    if split.total_minor:
        event, rule = RULES[kind]
        key = f"{event}:{to_public(RoundMove.PREFIX, of.id if of is not None else move_id)}"
        transaction_id = post(posting(game_round, rule, key, split, now=now), actor=actor, now=now).id
    return add_move(
        game_round, kind, move_id=move_id, txn_ref=txn_ref, split=split, transaction_id=transaction_id, of=of, meta=meta, now=now
    )


def posting(game_round: GameRound, rule: str, key: str, split: Split, *, now: datetime) -> Posting:
    player = game_round.player
    source = {
        "player": player.public_id,
        "entity": game_round.entity.public_id,
        "round": game_round.public_id,
        "asset": game_round.currency,
        "playable_minor": split.playable_minor,
        "bonus_minor": split.bonus_minor,
    }
    return Posting(
        rule=rule,
        key=key,
        entity_id=game_round.entity_id,
        source=source,
        occurred_at=now,
        intent_id=game_round.public_id,
        player_id=player.public_id,
    )


def moved(made: RoundMove, wallet: WalletBalance, *, sign: int = 0) -> Moved:
    return Moved(made, wallet.playable + sign * made.playable_minor, wallet.bonus + sign * made.bonus_minor)
