"""Posting rules of deposits (POSTINGS.md 3.1). Pure: a stored source in, lines out; no database, no clock (L8).

Every source names its parties by public id: `entity` (le_), `player` (pl_), `merchant_account` (ma_), `asset`, and
`ref`, the capture (cap_) that each line must clear against. Amounts are minor units of `asset`. Splits that depend on
a balance (playable_minor, receivable_minor, locked_minor) were decided under lock by the operation that wrote the source.
"""

from collections.abc import Mapping
from typing import Any

from ledger.values import Line, credit, debit

Source = Mapping[str, Any]


def deposit_seen(source: Source) -> list[Line]:
    """Rail accepted, not final: Dr unconfirmed[m] g, Cr pending[p] g. Reads gross_minor."""
    return [_merchant_debit("unconfirmed", source), _player_credit("pending", source, source["gross_minor"])]


def deposit_unseen(source: Source) -> list[Line]:
    """The pending ended without money: Dr pending[p] g, Cr unconfirmed[m] g. Reads gross_minor."""
    return [_player_debit("pending", source, source["gross_minor"]), _merchant_credit("unconfirmed", source)]


def deposit_captured(source: Source) -> list[Line]:
    """Captured, final: Dr clearing[m] g, Cr playable[p] a, Cr fee_income[e] f, g = a + f.

    Reads gross_minor, player_fee_minor (f, 0 where the operator pays) and seen_minor (what stood in pending for this
    capture, 0 or gross_minor: then also Dr pending[p], Cr unconfirmed[m]).
    """
    lines = [_merchant_debit("clearing", source)]
    if seen := source.get("seen_minor", 0):
        lines += [_player_debit("pending", source, seen), _credit("unconfirmed", source["merchant_account"], source, seen)]
    playable = source["gross_minor"] - source["player_fee_minor"]
    return [*lines, *_some(_player_credit, "playable", source, playable), *_fee_credit(source)]


def deposit_capture_failed(source: Source) -> list[Line]:
    """A credited capture fails later: Dr locked[p] h, playable[p] x, receivable[p] y, fee_income[e] f; Cr clearing[m] g.

    Reads gross_minor, locked_minor (what a case's hold kept), playable_minor, receivable_minor, player_fee_minor.
    """
    return [*_taken_back(source), _merchant_credit("clearing", source)]


def deposit_returned(source: Source) -> list[Line]:
    """Taken back by its rail: Dr locked[p] h, playable[p] x, receivable[p] y, fee_income[e] f; Cr clearing[m] g (C21).

    Reads as deposit_capture_failed.
    """
    return [*_taken_back(source), _merchant_credit("clearing", source)]


def deposit_late_money(source: Source) -> list[Line]:
    """Money for an ended intent, an uncreditable player, or twice for one intent: Dr clearing[m] g, Cr locked[p] g."""
    return [_merchant_debit("clearing", source), _player_credit("locked", source, source["gross_minor"])]


def deposit_late_credited(source: Source) -> list[Line]:
    """Policy: credit it. Dr locked[p] g, Cr playable[p] g. Reads gross_minor."""
    return [_player_debit("locked", source, source["gross_minor"]), _player_credit("playable", source, source["gross_minor"])]


def deposit_late_refunded(source: Source) -> list[Line]:
    """Policy: give it back, once the PSP confirms. Dr locked[p] g, Cr clearing[m] g. `ref` is the refund (rf_)."""
    return [_player_debit("locked", source, source["gross_minor"]), _merchant_credit("clearing", source)]


def _taken_back(source: Source) -> list[Line]:
    lines: list[Line] = []
    for kind in ("locked", "playable", "receivable"):
        lines += _some(_player_debit, kind, source, source.get(f"{kind}_minor", 0))
    if fee := source.get("player_fee_minor", 0):
        lines.append(debit("fee_income", source["entity"], source["asset"], fee, ref=source["ref"], label="deposit"))
    return lines


def _fee_credit(source: Source) -> list[Line]:
    fee = source["player_fee_minor"]
    return [credit("fee_income", source["entity"], source["asset"], fee, ref=source["ref"], label="deposit")] if fee else []


def _merchant_debit(kind: str, source: Source) -> Line:
    return debit(kind, source["merchant_account"], source["asset"], source["gross_minor"], ref=source["ref"])


def _merchant_credit(kind: str, source: Source) -> Line:
    return _credit(kind, source["merchant_account"], source, source["gross_minor"])


def _credit(kind: str, holder: str, source: Source, amount_minor: int) -> Line:
    return credit(kind, holder, source["asset"], amount_minor, ref=source["ref"])


def _player_debit(kind: str, source: Source, amount_minor: int) -> Line:
    return debit(kind, source["player"], source["asset"], amount_minor, ref=source["ref"])


def _player_credit(kind: str, source: Source, amount_minor: int) -> Line:
    return credit(kind, source["player"], source["asset"], amount_minor, ref=source["ref"])


def _some(line: Any, kind: str, source: Source, amount_minor: int) -> list[Line]:
    """A line, or none for an amount of zero."""
    return [line(kind, source, amount_minor)] if amount_minor else []
