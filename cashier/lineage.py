"""Which money is in a balance (L18): a pure function over the entries of one player's `playable` in one asset.

The rule: every credit is a lot of its own; money that leaves takes the oldest lots first. Two exceptions keep lots true to what they
are: what is taken back from a deposit (refund, return, chargeback) takes that deposit's own lots first; and what comes back for
something (a payout not paid, a stake rolled back or won back, a refund refused) goes back to the lots that it was taken from, newest
take first, and only what is more than was taken is a new lot. So a lot is never above what it brought, and all lots together are the
playable balance, to the minor unit.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

DEPOSIT = "deposit"
WINNINGS = "winnings"
BONUS = "bonus"
OTHER = "other"
_ORIGINS = (("DEPOSIT_", DEPOSIT), ("ROUND_", WINNINGS), ("BONUS_", BONUS))


class PlayableEntry(NamedTuple):
    """One entry, in the order of posting. amount_minor: signed as in the books, credit (money in) below zero.

    ref: what it clears against ("cap_…", "po_…", "gr_…"). intent: the deposit, payout or dispute's intent ("pi_…"), or "".
    """

    kind: str
    ref: str
    intent: str
    amount_minor: int
    business_date: date


@dataclass(slots=True)
class Lot:
    """Money that came in at once. `open_minor` of `brought_minor` is still in the balance. `ref` of a deposit is its capture."""

    origin: str
    ref: str
    intent: str
    since: date
    brought_minor: int
    open_minor: int


@dataclass(slots=True)
class _Balance:
    """`oldest`: heap of places of lots that may be open. `taken`: reference -> [place, minor units], oldest take first.
    `short_minor`: what entries of one batch took before its others brought it."""

    lots: list[Lot] = field(default_factory=list)
    oldest: list[int] = field(default_factory=list)
    by_intent: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[str, list[list[int]]] = field(default_factory=lambda: defaultdict(list))
    short_minor: int = 0


def trace_lots(entries: Iterable[PlayableEntry]) -> list[Lot]:
    """The lots of which the balance is made, oldest first; those used up are left out. O(n log n), no database."""
    balance = _Balance()
    for entry in entries:
        if entry.amount_minor > 0:
            _take(balance, entry, entry.amount_minor)
        else:
            _bring(balance, entry, -entry.amount_minor)
    return [lot for lot in balance.lots if lot.open_minor]


def _take(balance: _Balance, entry: PlayableEntry, minor: int) -> None:
    if entry.intent:
        for place in balance.by_intent.get(entry.intent, ()):
            minor -= _take_from(balance, place, entry.ref, minor)
    while minor and balance.oldest:
        place = balance.oldest[0]
        minor -= _take_from(balance, place, entry.ref, minor)
        if not balance.lots[place].open_minor:
            heapq.heappop(balance.oldest)
    balance.short_minor += minor


def _take_from(balance: _Balance, place: int, ref: str, minor: int) -> int:
    lot = balance.lots[place]
    part = min(lot.open_minor, minor)
    if part:
        lot.open_minor -= part
        if ref:
            balance.taken[ref].append([place, part])
    return part


def _bring(balance: _Balance, entry: PlayableEntry, minor: int) -> None:
    filled = min(balance.short_minor, minor)
    balance.short_minor -= filled
    minor -= filled
    minor -= _give_back(balance, entry.ref, minor)
    if minor or filled:
        origin = next((origin for start, origin in _ORIGINS if entry.kind.startswith(start)), OTHER)
        place = len(balance.lots)
        balance.lots.append(Lot(origin, entry.ref, entry.intent, entry.business_date, minor + filled, minor))
        heapq.heappush(balance.oldest, place)
        if origin == DEPOSIT and entry.intent:
            balance.by_intent[entry.intent].append(place)


def _give_back(balance: _Balance, ref: str, minor: int) -> int:
    """What goes back to the lots from which this reference took."""
    takes, given = balance.taken.get(ref, []), 0
    while takes and given < minor:
        place, part = takes[-1]
        back = min(part, minor - given)
        balance.lots[place].open_minor += back
        heapq.heappush(balance.oldest, place)
        given += back
        takes[-1][1] -= back
        if not takes[-1][1]:
            takes.pop()
    return given
