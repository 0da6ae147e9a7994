"""What a game server asks for, and what it is told."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cashier.models import Player, RoundMove


@dataclass(frozen=True, slots=True)
class RoundCall:
    """Who plays what: amounts are minor units of `currency`. `txn_ref` names this move for the client, once per kind.

    `bonus_id`: the stake is a free spin of this bonus. `meta["game"]` names the game, by which bonuses judge a stake.
    """

    player: Player
    round_id: str
    currency: str
    amount_minor: int
    txn_ref: str
    client_id: str
    meta: dict[str, Any] | None = None
    bonus_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A move and the wallet after it, minor units."""

    move: RoundMove
    playable_minor: int
    bonus_minor: int


def game_of(call: RoundCall) -> str:
    """The game's name, empty where the caller states none."""
    game = (call.meta or {}).get("game", "")
    return game if isinstance(game, str) else ""
