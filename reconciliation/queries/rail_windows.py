"""Windows by rail (R7, C23): a capture waits for its line as long as the row of its method says, other kinds alike on every rail."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from cashier.models import Capture, DepositIntent
from cashier.queries.rails import rails_in_force
from ledger.calendar import day_bounds
from ledger.models import LegalEntity
from reconciliation.windows import WINDOWS, oldest_not_due


@dataclass(frozen=True, slots=True)
class Window:
    """Which items of a kind and currency still have time at a day's end: `still`, over their `since`. All from `latest` on have it, none
    before `earliest`."""

    earliest: datetime
    latest: datetime
    still: Q


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
    still = Q(since__gte=max(starts.values()))
    if rails:
        still |= Q(since__gte=starts[usual]) & ~_paid_by([method for methods in rails.values() for method in methods])
    for days, methods in rails.items():
        still |= Q(since__gte=starts[days]) & _paid_by(methods)
    return Window(min(starts.values()), max(starts.values()), still)


def _by_days(windows: Mapping[str, int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for method, days in sorted(windows.items()):
        found[days].append(method)
    return found


def _paid_by(methods: Sequence[str]) -> Q:
    """Asked last, of the few captures between the windows alone."""
    return Q(Exists(DepositIntent.objects.filter(pk=OuterRef("intent_id"), method__in=methods)))
