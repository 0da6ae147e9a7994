"""Where the money of a chargeback comes from and goes back to: pure arithmetic over balances read under lock (X5)."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """A capture before this chargeback, in minor units: gross, the player's fee inside it, what was given back or disputed already."""

    amount_minor: int
    fee_minor: int
    given_back_minor: int
    disputed_minor: int


@dataclass(frozen=True, slots=True)
class Opening:
    """What a chargeback of amount_minor takes: hold, playable, owed (receivable), paid back before (refunded), our fee."""

    amount_minor: int
    held_minor: int
    playable_minor: int
    receivable_minor: int
    refunded_minor: int
    fee_minor: int

    @property
    def facts(self) -> dict[str, Any]:
        return asdict(self)


def needed_from_player(amount_minor: int, capture: CaptureFacts) -> tuple[int, int, int]:
    """(from the player's wallet, paid back already, our fee): the three parts of a chargeback of amount_minor.

    Paid back already: what goes, with refunds, returns and disputes before, above what was captured: it is owed, never taken
    from playable. Our fee is the last part of a capture to be given back.
    """
    before = capture.given_back_minor + capture.disputed_minor
    refunded_minor = min(amount_minor, max(0, amount_minor + before - capture.amount_minor))
    credited_minor = capture.amount_minor - capture.fee_minor
    beyond_credited = amount_minor - refunded_minor + min(before, capture.amount_minor) - credited_minor
    fee_minor = min(capture.fee_minor, max(0, beyond_credited))
    return amount_minor - refunded_minor - fee_minor, refunded_minor, fee_minor


def split_opening(amount_minor: int, capture: CaptureFacts, *, held_minor: int, playable_minor: int) -> Opening:
    """This dispute's hold first, then playable, the rest is owed."""
    needed, refunded_minor, fee_minor = needed_from_player(amount_minor, capture)
    from_hold = min(held_minor, needed)
    from_playable = min(playable_minor, needed - from_hold)
    return Opening(amount_minor, from_hold, from_playable, needed - from_hold - from_playable, refunded_minor, fee_minor)


def split_winning(amount_minor: int, *, owed_minor: int, lost_minor: int, fee_minor: int) -> dict[str, int]:
    """What comes back goes to the debt still open, then to what was written off, then our fee, the rest to the player."""
    receivable_minor = min(owed_minor, amount_minor)
    loss_minor = min(lost_minor, amount_minor - receivable_minor)
    fee_back_minor = min(fee_minor, amount_minor - receivable_minor - loss_minor)
    return {
        "amount_minor": amount_minor,
        "receivable_minor": receivable_minor,
        "loss_minor": loss_minor,
        "fee_minor": fee_back_minor,
        "rest_minor": amount_minor - receivable_minor - loss_minor - fee_back_minor,
    }
