"""What the terms of a bonus say of a stake, and of what is left of it. Pure: no query, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cashier.bonuses.refusals import AboveMaxBet, BonusTermOver, GameNotNamed, GameProhibited
from cashier.bonuses.shares import Share
from cashier.models import Bonus
from ledger.refusals import Refused

EVERY_OTHER_GAME = "*"


@dataclass(frozen=True, slots=True)
class Bet:
    """A stake as its terms see it: the whole amount in minor units, the game's name (empty where none is stated)."""

    amount_minor: int
    game: str
    at: datetime


def refusal_of(bonus: Bonus, bet: Bet) -> Refused | None:
    """Why this bonus may not be staked in this bet, or None."""
    if bonus.expires_at <= bet.at:
        return BonusTermOver(bonus=bonus.public_id)
    if bonus.max_bet_minor is not None and bet.amount_minor > bonus.max_bet_minor:
        return AboveMaxBet(bonus=bonus.public_id, max_bet_minor=bonus.max_bet_minor)
    if bonus.prohibited_games and not bet.game:
        return GameNotNamed(bonus=bonus.public_id)
    if bet.game in bonus.prohibited_games:
        return GameProhibited(bonus=bonus.public_id, game=bet.game)
    return None


def offers(bonuses: Sequence[Bonus], bet: Bet) -> tuple[list[Share], list[Refused]]:
    """What the bonuses offer for this bet, and why the others do not, each in the order of use."""
    holding = [(bonus, refusal_of(bonus, bet)) for bonus in bonuses if bonus.balance_minor]
    offered = [Share(bonus.pk, bonus.balance_minor) for bonus, refusal in holding if refusal is None]
    return offered, [refusal for _, refusal in holding if refusal is not None]


def percent_of(bonus: Bonus, game: str) -> int:
    """The contribution of a game to wagering, 0 to 100 percent."""
    return int(bonus.contribution.get(game, bonus.contribution.get(EVERY_OTHER_GAME, 100)))


def counts(bonus: Bonus, bet: Bet) -> int:
    """What the bet adds to the wager counter, minor units: its whole stake by the game's percentage, never above what remains.

    Cash counts too. A bet that the bonus's own terms forbid is the player's own money and counts for nothing.
    """
    if refusal_of(bonus, bet) is not None:
        return 0
    return min(bet.amount_minor * percent_of(bonus, bet.game) // 100, bonus.remaining_minor)


@dataclass(frozen=True, slots=True)
class Ending:
    """Where the rest of a bonus goes, minor units: to playable, back to bonus_cost, to gaming as play result."""

    converted_minor: int
    cost_minor: int
    gaming_minor: int


def ending_of(bonus: Bonus, *, is_converted: bool) -> Ending:
    """Divide what is left (POSTINGS.md 3.8): up to the cap if it is converted; the rest to cost as far as the face goes.

    What an earlier part of the same end converted or gave back counts against cap and face, so that a round settled after the
    end can never convert above the cap or give back more than was granted.
    """
    left = bonus.balance_minor
    room = left if bonus.cap_minor is None else max(bonus.cap_minor - bonus.converted_minor, 0)
    converted = min(left, room) if is_converted else 0
    unearned = max(bonus.face_minor - bonus.converted_minor - converted - bonus.returned_minor, 0)
    cost = min(left - converted, unearned)
    return Ending(converted, cost, left - converted - cost)
