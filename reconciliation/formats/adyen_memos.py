"""Texts that repeat a million times, read once: dictionaries that read what they miss. Each forgets all when it is full."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from reconciliation.formats.adyen_columns import KINDS
from reconciliation.formats.amounts import AmountError, get_exponent, read_amount
from reconciliation.formats.csv_table import type_key
from reconciliation.formats.zones import get_zone, read_instant

_MOST = 200_000
_RATE = re.compile(r"\d{0,20}(\.\d{0,30})?", re.ASCII)


class Amounts(dict[str, int]):
    """Text -> minor units of one currency; "" is 0."""

    def __init__(self, exponent: int, *, signed: bool) -> None:
        super().__init__({"": 0})
        self._exponent, self._signed = exponent, signed

    def __missing__(self, text: str) -> int:
        if len(self) > _MOST:
            self.clear()
        amount = self[text] = read_amount(text.strip() or "0", self._exponent, signed=self._signed)
        return amount


class NoCurrency(dict[str, int]):
    """Amounts of a row without a currency: there may be none."""

    def __init__(self) -> None:
        super().__init__({"": 0})

    def __missing__(self, text: str) -> int:
        raise AmountError(f"amount {text[:40]!r} without a currency")


class Currency(NamedTuple):
    """The amounts of one currency: of Debit/Credit columns (never signed) and of fee columns (signed)."""

    sums: dict[str, int]
    fees: dict[str, int]


class Currencies(dict[str, Currency]):
    """Currency code -> its amounts."""

    def __init__(self) -> None:
        super().__init__({"": Currency(NoCurrency(), NoCurrency())})

    def __missing__(self, code: str) -> Currency:
        exponent = get_exponent(code)
        found = self[code] = Currency(Amounts(exponent, signed=False), Amounts(exponent, signed=True))
        return found


class Kinds(dict[str, tuple[str, str]]):
    """Type as printed -> (kind, what it reverses); unknown Types are `unknown`, never dropped."""

    def __missing__(self, line_type: str) -> tuple[str, str]:
        if len(self) > _MOST:
            self.clear()
        if not line_type.strip():
            raise LookupError("the Type is empty")
        found = self[line_type] = KINDS.get(type_key(line_type), ("unknown", ""))
        return found


class Instants(dict[str, datetime]):
    """Local date and time -> instant, in one zone."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, text: str) -> datetime:
        if len(self) > _MOST:
            self.clear()
        found = self[text] = read_instant(text, self._zone)
        return found


class Zones(dict[str, Instants]):
    """TimeZone as printed -> instants in it."""

    def __missing__(self, name: str) -> Instants:
        found = self[name] = Instants(get_zone(name.strip()))
        return found


class Days(dict[str, date | None]):
    """Booking Date, a bare day or with a time -> day; "" is None."""

    def __init__(self) -> None:
        super().__init__({"": None})

    def __missing__(self, text: str) -> date | None:
        if len(self) > _MOST:
            self.clear()
        if len(text) not in (10, 19) or not text.isascii() or text[10:11] not in ("", " ", "T"):
            raise ValueError(f"{text[:40]!r} is not a date like 2026-01-31")
        found = self[text] = datetime.fromisoformat(text).date()
        return found


class Rates(dict[str, str]):
    """Exchange Rate as exact text; "" where there is none."""

    def __init__(self) -> None:
        super().__init__({"": ""})

    def __missing__(self, text: str) -> str:
        if len(self) > _MOST:
            self.clear()
        if not _RATE.fullmatch(text) or text == ".":
            raise AmountError(f"{text[:40]!r} is not a rate")
        self[text] = text
        return text


@dataclass(frozen=True, slots=True)
class Memos:
    """All that is remembered while one file is read."""

    currencies: Currencies = field(default_factory=Currencies)
    kinds: Kinds = field(default_factory=Kinds)
    zones: Zones = field(default_factory=Zones)
    days: Days = field(default_factory=Days)
    rates: Rates = field(default_factory=Rates)
