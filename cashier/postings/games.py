"""Lines of game rounds (POSTINGS.md 3.8). Pure: a stored source in, lines out.

Every source holds `player` (pl_), `entity` (le_), `round` (gr_), `asset` and the split that was decided under lock, in minor
units: `playable_minor` and `bonus_minor` (0 where there is none).
"""

from typing import Any

from ledger.values import Line, credit, debit

Source = dict[str, Any]


def round_debited(source: Source) -> list[Line]:
    """A stake: from the player's cash and bonus to `gaming`."""
    return [*wallet(source, debit), credit("gaming", source["entity"], source["asset"], total(source), ref=source["round"])]


def round_credited(source: Source) -> list[Line]:
    """A win, or a stake given back: from `gaming` to where the stake came from."""
    return [debit("gaming", source["entity"], source["asset"], total(source), ref=source["round"]), *wallet(source, credit)]


def win_taken_back(source: Source) -> list[Line]:
    """A provider's error: playable_minor is what the wallet still holds, receivable_minor the rest."""
    parts = {"playable": source["playable_minor"], "receivable": source["receivable_minor"]}
    taken = [debit(kind, source["player"], source["asset"], part, ref=source["round"]) for kind, part in parts.items() if part]
    return [*taken, credit("gaming", source["entity"], source["asset"], sum(parts.values()), ref=source["round"])]


def wallet(source: Source, side: Any) -> list[Line]:
    parts = {"playable": source["playable_minor"], "bonus": source["bonus_minor"]}
    return [side(kind, source["player"], source["asset"], part, ref=source["round"]) for kind, part in parts.items() if part]


def total(source: Source) -> int:
    return int(source["playable_minor"] + source["bonus_minor"])
