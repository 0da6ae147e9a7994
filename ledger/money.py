"""Money: whole minor units of an asset, never a float (L4)."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

from ledger.assets import EXPONENTS
from ledger.refusals import LedgerError

MINUS = "−"
_LARGEST = 10**38 - 1  # numeric(38,0)


class UnknownAsset(LedgerError):
    """No asset of this code is known (L4)."""


class MoneyError(LedgerError):
    """An amount can't be a whole number of minor units of its asset (L4, A6)."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A currency or chain asset; `exponent` is its number of decimals."""

    code: str
    exponent: int


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` minor units of `asset`; adds and subtracts with the same asset only."""

    amount: int
    asset: Asset

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or not isinstance(self.amount, int):
            raise MoneyError(f"Minor units are an int, not {self.amount!r}.")

    def __add__(self, other: Self) -> "Money":
        self._require_same_asset(other)
        return Money(self.amount + other.amount, self.asset)

    def __sub__(self, other: Self) -> "Money":
        self._require_same_asset(other)
        return Money(self.amount - other.amount, self.asset)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.asset)

    def _require_same_asset(self, other: "Money") -> None:
        if self.asset != other.asset:
            raise MoneyError(f"{self.asset.code} and {other.asset.code} can't be added.")


def get_asset(code: str) -> Asset:
    """The asset of a code; raises UnknownAsset."""
    try:
        return Asset(code, EXPONENTS[code])
    except KeyError:
        raise UnknownAsset(f"No asset {code!r} is known.") from None


def parse_minor(text: str | Decimal | int, asset: Asset) -> int:
    """Minor units of a decimal amount in major units: "12.5" EUR -> 1250.

    Raises MoneyError for more decimals than the asset has, even zeros (A6), for what is no number, and for floats.
    """
    return _to_minor(_as_decimal(text), asset)


def parse_minor_lenient(text: str, asset: Asset) -> int:
    """As parse_minor for files: zeros beyond the exponent are dropped, other digits refused (L4)."""
    value = _as_decimal(text)
    whole = value.to_integral_value() if value == value.to_integral_value() else value.normalize()
    return _to_minor(whole, asset)


def format_major(amount_minor: int, asset: Asset) -> str:
    """Plain decimal text with all the asset's decimals: 123450 EUR -> "1234.50"."""
    sign, digits = ("-", -amount_minor) if amount_minor < 0 else ("", amount_minor)
    if asset.exponent == 0:
        return f"{sign}{digits}"
    whole, fraction = divmod(digits, 10**asset.exponent)
    return f"{sign}{whole}.{fraction:0{asset.exponent}d}"


def format_grouped(amount_minor: int, asset: Asset) -> str:
    """As people read it: thousands by comma, a true minus: -123450 EUR -> "−1,234.50"."""
    whole, point, decimals = format_major(abs(amount_minor), asset).partition(".")
    return f"{MINUS if amount_minor < 0 else ''}{int(whole):,}{point}{decimals}"


def money_text(amount_minor: int, code: str) -> str:
    """For a sentence: 123450, EUR -> "1,234.50 EUR". Raises UnknownAsset."""
    return f"{format_grouped(int(amount_minor), get_asset(code))} {code}"


def _as_decimal(text: str | Decimal | int) -> Decimal:
    if isinstance(text, bool) or not isinstance(text, str | Decimal | int):
        raise MoneyError(f"An amount is read from text, Decimal or int, not {type(text).__name__}.")
    if isinstance(text, str) and not text.isascii():
        raise MoneyError(f"{text!r} is not an amount.")
    if isinstance(text, str) and (text != text.strip() or "_" in text):
        raise MoneyError(f"{text!r} is not an amount.")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise MoneyError(f"{text!r} is not an amount.") from None
    if not value.is_finite():
        raise MoneyError(f"{text!r} is not an amount.")
    return value


def _to_minor(value: Decimal, asset: Asset) -> int:
    sign, digits, exponent = value.as_tuple()
    shift = int(exponent) + asset.exponent
    if shift < 0:
        raise MoneyError(f"{value} has more than {asset.exponent} decimals, {asset.code} has no smaller unit.")
    if len(digits) + shift > 38 and any(digits):
        raise MoneyError(f"{value} is too large.")
    amount: int = int("".join(map(str, digits))) * 10 ** min(shift, 38)
    if amount > _LARGEST:
        raise MoneyError(f"{value} is too large.")
    return -amount if sign else amount
