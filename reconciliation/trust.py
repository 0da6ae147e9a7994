"""Trust in one figure (L17): the share, by value, of clearing that returned to zero in its due time, and what spoils it. Pure.

Three kinds of unit are judged, each by its own reference: an `item` (a capture, refund, payout, dispute movement …) whose clearing its
report lines must take back to zero; a `batch` whose transit its bank line must take back to zero; and a `line` that a PSP settled
and nobody could name, which is a surplus or shortage without any item. Money that went through both is counted as item and as batch.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Why(StrEnum):
    """Why a unit spoils the figure. Nothing is said of one that is good, or that still has time."""

    SHORTAGE = "shortage"
    SURPLUS = "surplus"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Unit:
    """`id`: "cap_…", "dp_…:1", "batch:ma_…:38:EUR", "line:psp:7". Minor units of `asset`.

    value_minor: the larger of what went in and what came out, above zero. rest_minor: what is left, signed: positive where
    the other side owes us still (shortage), negative where it gave more (surplus). last_on: day of its last movement.
    """

    kind: str
    id: str
    asset: str
    value_minor: int
    rest_minor: int
    last_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Spoiler:
    """A unit that did not return to zero, or not in time."""

    unit: Unit
    why: Why


@dataclass(slots=True)
class Figure:
    """The figure of one asset: `good_minor` of `value_minor` returned to zero in time; `waiting_minor` still has time."""

    asset: str
    value_minor: int = 0
    good_minor: int = 0
    waiting_minor: int = 0
    units: int = 0
    spoilers: list[Spoiler] = field(default_factory=list)

    @property
    def percent(self) -> str:
        """With two decimals, rounded down: "100.00" says that nothing spoils it. "" where nothing was due."""
        if not self.value_minor:
            return ""
        whole, part = divmod(10_000 * self.good_minor // self.value_minor, 100)
        return f"{whole}.{part:02d}"


def judge(unit: Unit, asof: date) -> Why | None:
    """Why a unit spoils the figure at the end of a day; None where it returned in time, or still may."""
    if unit.rest_minor:
        if is_waiting(unit, asof):
            return None
        return Why.SHORTAGE if unit.rest_minor > 0 else Why.SURPLUS
    return Why.LATE if unit.last_on > unit.due_on else None


def is_waiting(unit: Unit, asof: date) -> bool:
    """It has not returned to zero, and its last day has not ended."""
    return bool(unit.rest_minor) and unit.due_on > asof


def figures(units: Iterable[Unit], asof: date) -> list[Figure]:
    """One figure per asset, by its code; spoilers worst first."""
    found: dict[str, Figure] = {}
    for unit in units:
        _count(found.setdefault(unit.asset, Figure(unit.asset)), unit, asof)
    for figure in found.values():
        figure.spoilers.sort(key=lambda spoiler: (-spoiler.unit.value_minor, spoiler.unit.id))
    return [found[asset] for asset in sorted(found)]


def _count(figure: Figure, unit: Unit, asof: date) -> None:
    if is_waiting(unit, asof):
        figure.waiting_minor += unit.value_minor
        return
    figure.units += 1
    figure.value_minor += unit.value_minor
    why = judge(unit, asof)
    if why is None:
        figure.good_minor += unit.value_minor
    else:
        figure.spoilers.append(Spoiler(unit, why))
