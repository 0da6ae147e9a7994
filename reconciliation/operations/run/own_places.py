"""Parts of a batch's fees and conversions that don't post with the rest: what is rounding, and chargeback fees among fee rows."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True)
class Rounded:
    """What the PSP took more than the exact amount rounds to (negative: less), over so many lines. `what`: a fee kind of the books,
    or "fx:SEK"; of a conversion `rate` is the one that the lines state."""

    what: str
    minor: int
    lines: int
    cap_minor: int
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """What settle_batch is told. `chargeback_fees_minor`: cost of fee rows that are chargeback fees."""

    rounded: tuple[Rounded, ...] = ()
    chargeback_fees_minor: int = 0


def with_own(source: dict[str, Any], own: Own) -> dict[str, Any]:
    """The source of BATCH_SETTLED with these parts in their own places; the sum stays what the PSP sends."""
    fees = dict(source["fees_minor"])
    if own.chargeback_fees_minor:
        _add(fees, "fixed", -own.chargeback_fees_minor)
        _add(fees, "chargeback", own.chargeback_fees_minor)
    if not own.rounded:
        return {**source, "fees_minor": dict(sorted(fees.items()))}
    source = {"rates": [], "rounding_minor": 0, "rounding_cap_minor": 0, **source}
    for each in own.rounded:
        if each.what.startswith("fx:"):
            source = _without(source, each)
        else:
            _add(fees, each.what, -each.minor)
    rounded = [{"what": each.what, "minor": _debit(each), "lines": each.lines, "cap_minor": each.cap_minor} for each in own.rounded]
    return {**source, "fees_minor": dict(sorted(fees.items())), "rounded": rounded}


def _debit(each: Rounded) -> int:
    """A fee too high costs us; a conversion that came out too high is our gain."""
    return -each.minor if each.what.startswith("fx:") else each.minor


def _add(fees: dict[str, int], kind: str, minor: int) -> None:
    fees[kind] = fees.get(kind, 0) + minor
    if not fees[kind]:
        del fees[kind]


def _without(source: dict[str, Any], each: Rounded) -> dict[str, Any]:
    """The conversion as its rate gives it: the base of its asset, and of the rate's own row, less what was rounded on top."""
    asset = each.what.removeprefix("fx:")
    text = format(each.rate.normalize(), "f") if each.rate is not None else ""
    foreign = [[charged, gross, base - each.minor if charged == asset else base] for charged, gross, base in source["foreign"]]
    rates = [_less(row, each.minor) if (row["asset"], row["rate"]) == (asset, text) else row for row in source["rates"]]
    return {**source, "foreign": foreign, "rates": rates}


def _less(row: dict[str, Any], minor: int) -> dict[str, Any]:
    return {**row, "base_minor": row["base_minor"] - minor, "fraction": str(Fraction(row["fraction"]) + minor)}
