"""Lines of bonuses (POSTINGS.md 3.8). Pure: a stored source in, lines out (L8).

Every source holds `entity` (le_), `player` (pl_), `bonus` (bn_) and `asset`; each line clears against the bonus. Amounts are minor
units; splits were decided under the wallet's lock.
"""

from collections.abc import Mapping
from typing import Any

from ledger.values import Line, credit, debit

Source = Mapping[str, Any]


def bonus_granted(source: Source) -> list[Line]:
    """Dr bonus_cost[e] b, Cr bonus[p] b. Reads amount_minor (b)."""
    return [_entity(debit, "bonus_cost", source, source["amount_minor"]), _player(credit, "bonus", source, source["amount_minor"])]


def free_spin_won(source: Source) -> list[Line]:
    """The win of a free spin, for which no stake was posted: Dr bonus_cost[e] w, Cr bonus[p] w. Reads amount_minor (w)."""
    return bonus_granted(source)


def bonus_paid(source: Source) -> list[Line]:
    """Cash bonus, cashback: Dr bonus_cost[e] b, Cr playable[p] b. Reads amount_minor (b)."""
    return [_entity(debit, "bonus_cost", source, source["amount_minor"]), _player(credit, "playable", source, source["amount_minor"])]


def bonus_converted(source: Source) -> list[Line]:
    """Wagered: Dr bonus[p] all of it; Cr playable[p] converted_minor; what the cap cut off as `bonus_ended`."""
    left = source["converted_minor"] + source["cost_minor"] + source["gaming_minor"]
    return [_player(debit, "bonus", source, left), *_some(_player, "playable", source, "converted_minor"), *_given_up(source)]


def bonus_ended(source: Source) -> list[Line]:
    """Forfeited, expired: Dr bonus[p] all of it; Cr bonus_cost[e] cost_minor (of the face); Cr gaming[e] gaming_minor (play result)."""
    return [_player(debit, "bonus", source, source["cost_minor"] + source["gaming_minor"]), *_given_up(source)]


def _given_up(source: Source) -> list[Line]:
    return [*_some(_entity, "bonus_cost", source, "cost_minor"), *_some(_entity, "gaming", source, "gaming_minor")]


def _some(line: Any, kind: str, source: Source, amount: str) -> list[Line]:
    """A credit line, or none for an amount of zero."""
    return [line(credit, kind, source, source[amount])] if source[amount] else []


def _player(side: Any, kind: str, source: Source, amount_minor: int) -> Line:
    line: Line = side(kind, source["player"], source["asset"], amount_minor, ref=source["bonus"])
    return line


def _entity(side: Any, kind: str, source: Source, amount_minor: int) -> Line:
    line: Line = side(kind, source["entity"], source["asset"], amount_minor, ref=source["bonus"])
    return line
