"""Lines of game rounds (POSTINGS.md 3.8). Pure: a stored source in, lines out.

Every source holds `player` (pl_), `entity` (le_), `round` (gr_), `asset` and the split that was decided under lock, in minor
units: `playable_minor` and `bonus_minor` (0 where there is none). Version 2 names the bonuses instead: `bonuses` is a list of
[bn_, minor units], each line of which clears against its bonus.
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


def round_debited_with_bonuses(source: Source) -> list[Line]:
    """A stake with bonus money in it (version 2): from the player's cash and these bonuses to `gaming`."""
    return [*named_wallet(source, debit), credit("gaming", source["entity"], source["asset"], named_total(source), ref=source["round"])]


def round_credited_with_bonuses(source: Source) -> list[Line]:
    """A win, or a stake given back, with a part for bonuses (version 2): from `gaming` to cash and these bonuses."""
    return [debit("gaming", source["entity"], source["asset"], named_total(source), ref=source["round"]), *named_wallet(source, credit)]


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


def named_wallet(source: Source, side: Any) -> list[Line]:
    cash = wallet({**source, "bonus_minor": 0}, side)
    return [*cash, *(side("bonus", source["player"], source["asset"], part, ref=bonus) for bonus, part in source["bonuses"])]


def named_total(source: Source) -> int:
    return int(source["playable_minor"] + sum(part for _, part in source["bonuses"]))
