"""Conversions between assets (L15): an exact rate, half-even to the minor unit, the fraction kept. Pure; never a float.

POSTINGS.md 3.7 and its rule "No half units": what is posted and the fraction that is stored make up the exact result.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from typing import Any

from ledger.money import MoneyError, get_asset
from ledger.values import Line, credit, debit

HALF_EVEN = "half_even"
_DECIMAL = re.compile(r"\d{1,20}(\.\d{1,20})?", re.ASCII)
_EXACT = Context(prec=60, traps=[Inexact])


class RateError(MoneyError):
    """A rate, or what was made of it, is not right; the message says what to mend. Nothing was posted."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A rate as it was given: one `base` is `rate` of `counter`, in major units.

    rate: what we apply, decimal text above zero. mid: the source's own middle rate, the same way round. source: who stated
    it ("ecb", "psp:SANDBOX_EU"). quoted_at: when, RFC 3339. Raises RateError, UnknownAsset.
    """

    base: str
    counter: str
    rate: str
    mid: str
    source: str
    quoted_at: str

    def __post_init__(self) -> None:
        if get_asset(self.base) == get_asset(self.counter):
            raise RateError(f"A rate of {self.base} against itself converts nothing; post the amount as it is.")
        for text in (self.rate, self.mid):
            _ratio(text)
        if not self.source or not self.quoted_at:
            raise RateError(f"The rate {self.base}/{self.counter} names no source or no time; store both with it.")

    @property
    def spread(self) -> str:
        """Our rate less the source's middle, exact decimal text; what the conversion earns or costs per base."""
        return format(_EXACT.subtract(Decimal(self.rate), Decimal(self.mid)), "f")


@dataclass(frozen=True, slots=True)
class Conversion:
    """`from_minor` of one asset became `to_minor` of another; `fraction` of a minor unit was rounded away ("-11/23")."""

    quote: Quote
    from_asset: str
    from_minor: int
    to_asset: str
    to_minor: int
    fraction: str

    def as_source(self) -> dict[str, Any]:
        """What a posting's source stores of it: all that L15 asks for."""
        quote = self.quote
        return {
            "from": self.from_asset, "from_minor": self.from_minor, "to": self.to_asset, "to_minor": self.to_minor,
            "fraction": self.fraction, "rounding": HALF_EVEN, "base": quote.base, "counter": quote.counter, "rate": quote.rate,
            "mid": quote.mid, "spread": quote.spread, "source": quote.source, "quoted_at": quote.quoted_at,
        }  # fmt: skip


def convert(amount_minor: int, asset: str, quote: Quote) -> Conversion:
    """Convert minor units of one side of a quote into the other. Half-even; the rest is the conversion's fraction.

    Raises RateError where the asset is not in the quote, the amount is not above zero, or the result is below half a unit.
    """
    if asset not in (quote.base, quote.counter):
        raise RateError(f"The rate {quote.base}/{quote.counter} does not convert {asset}; take a rate that names it.")
    if type(amount_minor) is not int or amount_minor <= 0:
        raise RateError(f"An amount to convert is an int of minor units above zero, not {amount_minor!r}.")
    other = quote.counter if asset == quote.base else quote.base
    exact = exact_minor(amount_minor, asset, quote)
    to_minor = round(exact)  # of a Fraction: half-even
    if not to_minor:
        raise RateError(f"{amount_minor} minor units of {asset} are worth less than half a minor unit of {other}; refuse the amount.")
    return Conversion(quote, asset, amount_minor, other, to_minor, str(exact - to_minor))


def exact_minor(amount_minor: int, asset: str, quote: Quote) -> Fraction:
    """The unrounded result in minor units of the other side."""
    rate = _ratio(quote.rate)
    other = quote.counter if asset == quote.base else quote.base
    scale = Fraction(10) ** (get_asset(other).exponent - get_asset(asset).exponent)
    return amount_minor * scale * (rate if asset == quote.base else 1 / rate)


def read_conversion(source: Mapping[str, Any]) -> Conversion:
    """A stored conversion, made again from its rate. Raises RateError where the stored amounts do not follow from it."""
    quote = Quote(*(source[name] for name in ("base", "counter", "rate", "mid", "source", "quoted_at")))
    made = convert(source["from_minor"], source["from"], quote)
    stored = {name: source[name] for name in made.as_source()}
    if stored != made.as_source():
        told, right = f"{source['to_minor']} {source['to']}", f"{made.to_minor} {made.to_asset}"
        raise RateError(f"The stored conversion gives {told} where its rate {quote.rate} gives {right}, or tells spread or fraction wrong.")
    return made


def received(conversion: Conversion, *, entity: str, ref: str) -> list[Line]:
    """The house takes `from` in and owes `to`: Cr fx[e] from, Dr fx[e] to (stories 19; payouts in another currency)."""
    return [
        credit("fx", entity, conversion.from_asset, conversion.from_minor, ref=ref),
        debit("fx", entity, conversion.to_asset, conversion.to_minor, ref=ref),
    ]


def rounding_line(amount_minor: int, asset: str, *, entity: str, ref: str, units: int, cap_minor: int) -> list[Line]:
    """Whole units that the other side rounded differently; debit where it gave less than its lines say, none for zero.

    At most one minor unit for each of the `units` amounts that were rounded, and never above `cap_minor`. Raises RateError.
    """
    if abs(amount_minor) > min(units, cap_minor):
        bound = f"{units} rounded amounts and a cap of {cap_minor}"
        raise RateError(f"{amount_minor} minor units of {asset} are more than rounding explains ({bound}); make it a case of its own.")
    return [Line("rounding", entity, asset, amount_minor, ref)] if amount_minor else []


def _ratio(text: str) -> Fraction:
    if type(text) is not str or not _DECIMAL.fullmatch(text) or not Decimal(text):
        raise RateError(f"{text!r} is not a rate: decimal text above zero is, such as 11.50, with up to 20 digits on each side.")
    return Fraction(text)
