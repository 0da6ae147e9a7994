"""For which payments a rule holds."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from cashier.routing.values import Payment

# Of each condition that names values: the field of the payment, and its word.
VALUES = {
    "brand": "brand",
    "region": "region",
    "currency": "currency",
    "method": "method",
    "scheme": "card scheme",
    "card_type": "card type",
    "risk_band": "risk band",
    "avs": "AVS result",
    "cvv": "CVV result",
}
BIN_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Conditions:
    """All must hold; what is left out holds for every payment. Amounts in minor units of the one currency named, both ends included."""

    brand: frozenset[str] = frozenset()
    region: frozenset[str] = frozenset()
    currency: frozenset[str] = frozenset()
    method: frozenset[str] = frozenset()
    scheme: frozenset[str] = frozenset()
    card_type: frozenset[str] = frozenset()
    risk_band: frozenset[str] = frozenset()
    avs: frozenset[str] = frozenset()
    cvv: frozenset[str] = frozenset()
    amount_from_minor: int | None = None
    amount_to_minor: int | None = None
    bin_from: str = ""
    bin_to: str = ""

    def match(self, payment: Payment) -> bool:
        if any(allowed and getattr(payment, name) not in allowed for name, allowed in self.named().items()):
            return False
        if self.amount_from_minor is not None and payment.amount_minor < self.amount_from_minor:
            return False
        if self.amount_to_minor is not None and payment.amount_minor > self.amount_to_minor:
            return False
        return not self.bin_from or _in_range(payment.bin, self.bins)

    def named(self) -> dict[str, frozenset[str]]:
        return {name: getattr(self, name) for name in VALUES}

    @property
    def bins(self) -> tuple[int, int]:
        """The range as numbers of eight digits."""
        if not self.bin_from:
            return 0, 10**BIN_DIGITS - 1
        return _filled(self.bin_from, "0"), _filled(self.bin_to or self.bin_from, "9")

    @property
    def amounts(self) -> tuple[int, int | None]:
        return self.amount_from_minor or 0, self.amount_to_minor

    def covers(self, other: "Conditions") -> bool:
        """Whether every payment that meets the other meets this too."""
        theirs = other.named()
        if any(mine and not (theirs[name] and theirs[name] <= mine) for name, mine in self.named().items()):
            return False
        if self.bin_from and not (other.bin_from and self.bins[0] <= other.bins[0] and other.bins[1] <= self.bins[1]):
            return False
        return _within(other.amounts, self.amounts)

    def meets(self, other: "Conditions") -> bool:
        """Whether some payment may meet both."""
        theirs = other.named()
        if any(mine and theirs[name] and not mine & theirs[name] for name, mine in self.named().items()):
            return False
        if self.bins[0] > other.bins[1] or other.bins[0] > self.bins[1]:
            return False
        (low, high), (other_low, other_high) = self.amounts, other.amounts
        return (high is None or other_low <= high) and (other_high is None or low <= other_high)


def as_conditions(row: Mapping[str, Any]) -> Conditions:
    """From stored JSON: lists become sets."""
    known = {item.name for item in fields(Conditions)}
    given = {name: value for name, value in row.items() if name in known}
    typed: dict[str, Any] = {name: frozenset(value) if name in VALUES else value for name, value in given.items()}
    return Conditions(**typed)


def _within(inner: tuple[int, int | None], outer: tuple[int, int | None]) -> bool:
    return outer[0] <= inner[0] and (outer[1] is None or (inner[1] is not None and inner[1] <= outer[1]))


def _filled(digits: str, with_digit: str) -> int:
    return int(digits.ljust(BIN_DIGITS, with_digit)[:BIN_DIGITS])


def _in_range(digits: str, bins: tuple[int, int]) -> bool:
    """A BIN of six digits is in the range where all its eight-digit numbers are."""
    return bool(digits) and bins[0] <= _filled(digits, "0") and _filled(digits, "9") <= bins[1]
