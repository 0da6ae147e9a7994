"""Posting rules of refunds and holds (POSTINGS.md 3.2). Pure: a stored source in, lines out (L8).

Parties by public id: `entity` (le_), `player` (pl_), `merchant_account` (ma_); `asset`; `ref`, the refund (rf_), the
PSP's refund reference or the case, against which each line clears. Amounts are minor units of `asset`.
"""

from collections.abc import Mapping
from typing import Any

from ledger.values import Line, credit, debit

Source = Mapping[str, Any]


def refund_submitted(source: Source) -> list[Line]:
    """Held at submission: Dr playable[p] a, Cr locked[p] a. Reads amount_minor."""
    return _move("playable", "locked", source)


def refund_processed(source: Source) -> list[Line]:
    """The PSP executed it: Dr locked[p] a, Dr fee_income[e] f, Cr clearing[m] a + f. Reads amount_minor, player_fee_minor (f, often 0)."""
    amount, fee = source["amount_minor"], source.get("player_fee_minor", 0)
    return [_player(debit, "locked", source, amount), *_fee(debit, source, fee), _clearing(credit, source, amount + fee)]


def refund_failed(source: Source) -> list[Line]:
    """Refused before execution: Dr locked[p] a, Cr playable[p] a. Reads amount_minor.

    Where the player may not be credited the money stays in locked and nothing moves: such a source is never posted.
    """
    return _move("locked", "playable", source)


def refund_reversed(source: Source) -> list[Line]:
    """Executed, then came back: Dr clearing[m] a + f, Cr playable[p] a, Cr fee_income[e] f.

    Reads amount_minor, player_fee_minor and to_locked: true where the player may not be credited, then locked[p] takes a.
    """
    amount, fee = source["amount_minor"], source.get("player_fee_minor", 0)
    kind = "locked" if source.get("to_locked") else "playable"
    return [_clearing(debit, source, amount + fee), _player(credit, kind, source, amount), *_fee(credit, source, fee)]


def refund_found(source: Source) -> list[Line]:
    """Made outside our system: hold what is there. Dr playable[p] x, Cr locked[p] x. Reads amount_minor (x, above zero)."""
    return _move("playable", "locked", source)


def refund_adopted(source: Source) -> list[Line]:
    """A person confirms it: Dr locked[p] x, Dr receivable[p] y, Cr clearing[m] a = x + y. Reads locked_minor, receivable_minor."""
    held, owed = source["locked_minor"], source["receivable_minor"]
    lines = [_player(debit, "locked", source, held)] if held else []
    lines += [_player(debit, "receivable", source, owed)] if owed else []
    return [*lines, _clearing(credit, source, held + owed)]


def hold_placed(source: Source) -> list[Line]:
    """A case holds what is there: Dr playable[p] x, Cr locked[p] x. Reads amount_minor."""
    return _move("playable", "locked", source)


def hold_released(source: Source) -> list[Line]:
    """The case ends without taking it: Dr locked[p] x, Cr playable[p] x. Reads amount_minor."""
    return _move("locked", "playable", source)


def house_refund(source: Source) -> list[Line]:
    """House-funded, four eyes: Dr adjustments[e] a, Cr clearing[m] a. Reads amount_minor."""
    amount = source["amount_minor"]
    return [debit("adjustments", source["entity"], source["asset"], amount, ref=source["ref"]), _clearing(credit, source, amount)]


def _move(taken_from: str, given_to: str, source: Source) -> list[Line]:
    amount = source["amount_minor"]
    return [_player(debit, taken_from, source, amount), _player(credit, given_to, source, amount)]


def _player(side: Any, kind: str, source: Source, amount_minor: int) -> Line:
    line: Line = side(kind, source["player"], source["asset"], amount_minor, ref=source["ref"])
    return line


def _clearing(side: Any, source: Source, amount_minor: int) -> Line:
    line: Line = side("clearing", source["merchant_account"], source["asset"], amount_minor, ref=source["ref"])
    return line


def _fee(side: Any, source: Source, fee_minor: int) -> list[Line]:
    return [side("fee_income", source["entity"], source["asset"], fee_minor, ref=source["ref"], label="deposit")] if fee_minor else []
