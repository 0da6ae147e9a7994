"""A move of a round in the books: its posting, keyed by the move's own id, and its row."""

from datetime import datetime
from typing import Any
from uuid import UUID

from cashier.games.rounds import add_move
from cashier.games.splits import Split
from cashier.models import Bonus, GameRound, RoundMove
from ledger.actors import Actor
from ledger.ids import new_id, to_public
from ledger.operations import Posting, post

Kind = RoundMove.Kind
EVENTS = {
    Kind.DEBIT: ("round.debited", "ROUND_DEBITED"),
    Kind.CREDIT: ("round.credited", "ROUND_CREDITED"),
    Kind.ROLLBACK: ("round.rolled_back", "ROUND_ROLLED_BACK"),
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
    """Post the move, keyed by its own id (a rollback by its debit's), and write its row; a move of nothing posts nothing."""
    move_id = new_id()
    transaction_id: UUID | None = None
    if split.total_minor:
        event, rule = EVENTS[kind]
        key = f"{event}:{to_public(RoundMove.PREFIX, of.id if of is not None else move_id)}"
        transaction_id = post(posting(game_round, rule, key, split, now=now), actor=actor, now=now).id
    return add_move(
        game_round,
        kind,
        move_id=move_id,
        txn_ref=txn_ref,
        split=split,
        transaction_id=transaction_id,
        of=of,
        meta=meta,
        actor=actor,
        now=now,
    )


def posting(game_round: GameRound, rule: str, key: str, split: Split, *, now: datetime) -> Posting:
    """Cash alone by version 1 of the rule; bonuses are named by version 2."""
    player = game_round.player
    source: dict[str, Any] = {
        "player": player.public_id,
        "entity": game_round.entity.public_id,
        "round": game_round.public_id,
        "asset": game_round.currency,
        "playable_minor": split.playable_minor,
    }
    if split.shares:
        source["bonuses"] = [[to_public(Bonus.PREFIX, share.bonus_id), share.amount_minor] for share in split.shares]
    else:
        source["bonus_minor"] = 0
    return Posting(
        rule=f"{rule}@{2 if split.shares else 1}",
        key=key,
        entity_id=game_round.entity_id,
        source=source,
        occurred_at=now,
        intent_id=game_round.public_id,
        player_id=player.public_id,
    )
