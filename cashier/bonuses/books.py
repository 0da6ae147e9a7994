"""Postings of bonuses: what each event writes as its source, and the key that names it (POSTINGS.md 3.8)."""

from datetime import datetime
from typing import Any

from cashier.models import Bonus
from ledger.actors import Actor
from ledger.operations import PostedTransaction, Posting, post

RULES = {
    "bonus.granted": "BONUS_GRANTED@1",
    "bonus.paid": "BONUS_PAID@1",
    "free_spin.won": "FREE_SPIN_WON@1",
    "bonus.converted": "BONUS_CONVERTED@1",
    "bonus.forfeited": "BONUS_FORFEITED@1",
    "bonus.expired": "BONUS_EXPIRED@1",
}


def post_bonus(event: str, bonus: Bonus, facts: dict[str, int], *, cause: str = "", actor: Actor, now: datetime) -> PostedTransaction:
    """Post one event of a bonus; `cause` is the round move (mv_) that made it, where one bonus can have several. Raises as `post`."""
    return post(
        Posting(
            rule=RULES[event],
            key=":".join(part for part in (event, bonus.public_id, cause) if part),
            entity_id=bonus.entity_id,
            source=source_of(bonus, facts),
            occurred_at=now,
            intent_id=bonus.public_id,
            player_id=bonus.player.public_id,
        ),
        actor=actor,
        now=now,
    )


def source_of(bonus: Bonus, facts: dict[str, int]) -> dict[str, Any]:
    return {
        "entity": bonus.entity.public_id,
        "player": bonus.player.public_id,
        "bonus": bonus.public_id,
        "asset": bonus.currency,
        **facts,
    }
