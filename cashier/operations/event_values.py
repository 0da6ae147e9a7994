"""What an event and our own look at the PSP amount to, and why an event has no effect yet, or never."""

from dataclasses import dataclass

from cashier.psp.base import LookupResult

# What came of an event whose amount is not the PSP's own: nothing, but a case.
AMOUNT_DIFFERS = "amount differs: case raised"


class NotYet(Exception):
    """What the event speaks of is not known, or not so far, yet."""


class BadEvent(Exception):
    """The event can't be true of what it names: a dead letter, with no effect."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What we asked the PSP because of an event: whether we asked, and what it holds. contradicts: the event is a case, nothing more."""

    was_asked: bool = False
    found: LookupResult | None = None
    contradicts: bool = False
