"""Orders that people choose: each column says by what it may be sorted, the address says which (UX 2.7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from ledger.admin.frames.list_frame import ListFrame, View

PARAM = "sort"
_PLACE = ("after", "before", "from", PARAM)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column. `query` sorts by it, or the other way round where it is sorted by already; empty where nothing does."""

    column: Any
    query: str = ""
    direction: str = ""

    @property
    def aria(self) -> str:
        return {"up": "ascending", "down": "descending"}.get(self.direction, "none")


def order_of(frame: ListFrame, view: View, params: QueryDict) -> tuple[str, ...]:
    """The order that the address asks for, where the view can be read in it; else the view's own."""
    own = view.order or frame.order
    slug = params.get(PARAM, "")
    if view.order or not slug:
        return own
    found = next((column.sort for column in frame.columns if column.sort and column.sort[0] == slug.removeprefix("-")), None)
    if found is None:
        return own
    return tuple(f"-{step}" for step in found[1:]) if slug.startswith("-") else tuple(found[1:])


def heads_of(frame: ListFrame, view: View, params: QueryDict) -> list[Head]:
    """One head per column, in order."""
    order = order_of(frame, view, params)
    return [_head(column, order, params) if column.sort and not view.order else Head(column) for column in frame.columns]


def _head(column: Any, order: Sequence[str], params: QueryDict) -> Head:
    slug, steps = column.sort[0], tuple(column.sort[1:])
    is_up, is_down = tuple(order) == steps, tuple(order) == tuple(f"-{step}" for step in steps)
    wanted = f"-{slug}" if is_up else slug
    return Head(column, f"?{without(params, _PLACE, sort=wanted)}", "up" if is_up else "down" if is_down else "")


def without(params: QueryDict, dropped: Iterable[str], **more: str) -> str:
    """The address's parameters less some, with others."""
    kept = params.copy()
    for name in dropped:
        kept.pop(name, None)
    for name, value in more.items():
        kept[name] = value
    return kept.urlencode()
