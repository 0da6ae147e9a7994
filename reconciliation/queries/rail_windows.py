"""Windows by rail (R7, C23): a capture waits for its line as long as the row of its method says, other kinds alike on every rail."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from cashier.models import Capture
from cashier.queries.rails import rails_in_force
from ledger.calendar import day_bounds
from ledger.models import LegalEntity
from reconciliation.windows import WINDOWS, oldest_not_due


@dataclass(frozen=True, slots=True)
class Window:
    """Which items of a kind and currency still have time at a day's end, by their `since`: all from `latest` on, none before `earliest`;
    between the two those of `by_rail`. Empty between, where every rail waits alike.

    Ask of the two sides and of what lies between in queries of their own: one condition for all of it hides from the planner how many
    rows a day has.
    """

    earliest: datetime
    latest: datetime
    by_rail: Q

    @property
    def between(self) -> Q:
        return Q(since__gte=self.earliest, since__lt=self.latest)


def own_windows() -> dict[str, int]:
    """Method -> its window in bank days, where that is not a card's."""
    return {rail.method: rail.window_days for rail in rails_in_force().values() if rail.window_days != WINDOWS["capture"]}


def own_window_of(captures: Sequence[UUID]) -> dict[UUID, int]:
    """Capture -> the window of its rail, of those whose rail has one of its own."""
    windows = own_windows()
    if not captures or not windows:
        return {}
    found = Capture.objects.filter(pk__in=captures, intent__method__in=list(windows)).values_list("pk", "intent__method")
    return {pk: windows[method] for pk, method in found}


def longest_window(kind: str) -> int:
    """The longest that any item of this kind may wait, bank days."""
    return max(_windows(kind))


def shortest_window(kind: str) -> int:
    """The shortest that any item of this kind may wait, bank days."""
    return min(_windows(kind))


def _windows(kind: str) -> list[int]:
    return [WINDOWS[kind], *(own_windows().values() if kind == "capture" else ())]


def window_at(kind: str, entity: LegalEntity, currency: str, asof: date) -> Window:
    """The window of a kind at the end of `asof`."""
    rails = _by_days(own_windows()) if kind == "capture" else {}
    usual, starts = WINDOWS[kind], {}
    for days in {usual, *rails}:
        starts[days] = day_bounds(entity, oldest_not_due(kind, currency, asof, days=days))[0]
    by_rail = Q(since__gte=starts[usual]) & ~Q(intent__method__in=[method for methods in rails.values() for method in methods])
    for days, methods in rails.items():
        by_rail |= Q(since__gte=starts[days], intent__method__in=methods)
    return Window(min(starts.values()), max(starts.values()), by_rail)


def _by_days(windows: Mapping[str, int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for method, days in sorted(windows.items()):
        found[days].append(method)
    return found
