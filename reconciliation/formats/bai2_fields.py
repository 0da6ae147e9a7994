"""Amounts, days, funds types and type codes of BAI2. Source: Cash Management Balance Reporting Specifications, version 2."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from reconciliation.formats.bai2_records import Cursor
from reconciliation.formats.mt940_days import read_day

_AMOUNT = re.compile(r"[+-]?\d{1,36}", re.ASCII)
_COUNT = re.compile(r"\d{1,9}", re.ASCII)
_DAY = re.compile(r"\d{6}", re.ASCII)
_TIME = re.compile(r"(\d{4})?", re.ASCII)
_HOUR = re.compile(r"\d{4}", re.ASCII)
_MOST_PARTS = 366  # of funds that become available on many days
_IMMEDIATE = {"", "Z", "0", "1", "2"}
# What the run knows bank charges and interest by (camt.053 families), for the codes that say it.
_FAMILIES = {"661": "CHRG", "698": "CHRG", "354": "INTR", "654": "INTR"}
_REVERSALS = frozenset({"252", "257", "258", "552", "555", "557", "558"})


@dataclass(frozen=True, slots=True)
class Funds:
    """When an amount can be used: funds type, and the day where one is named."""

    type: str
    on: date | None = None
    days: int = 0

    def value_date(self, booked: date) -> date:
        """The value day of an entry booked on a day."""
        return self.on or booked + timedelta(days=self.days)


def read_amount(cursor: Cursor, *, signed: bool) -> int:
    """Minor units: whole digits, no decimal mark; "" is 0."""
    text = cursor.take()
    if not text:
        return 0
    if not _AMOUNT.fullmatch(text):
        raise cursor.refuse("amount", f"{text[:40]!r} is not an amount in the smallest unit")
    if not signed and text[0] in "+-":
        raise cursor.refuse("amount", f"{text[:40]!r} carries a sign where the type code says the direction")
    return int(text)


def read_count(cursor: Cursor) -> int | None:
    """A number of items or records; "" is None."""
    text = cursor.take()
    if text and not _COUNT.fullmatch(text):
        raise cursor.refuse("structure", f"{text[:40]!r} is not a count")
    return int(text) if text else None


def read_date(cursor: Cursor) -> date:
    """YYMMDD."""
    text = cursor.take()
    try:
        if _DAY.fullmatch(text):
            return read_day(text)
    except (ValueError, OverflowError):
        pass
    raise cursor.refuse("date", f"{text[:40]!r} is not a date YYMMDD")


def read_time(cursor: Cursor) -> str:
    """HHMM or "": banks also print 2400 and 9999 for the end of the day."""
    text = cursor.take()
    if not _TIME.fullmatch(text):
        raise cursor.refuse("date", f"{text[:40]!r} is not a time HHMM")
    return text


def read_funds(cursor: Cursor) -> Funds:
    """A funds type with its parts: V day and time; S three amounts; D a number of (days, amount); others stand alone."""
    kind = cursor.take().upper()
    if kind in _IMMEDIATE:
        return Funds(kind, days=int(kind) if kind in ("1", "2") else 0)
    if kind == "V":
        cursor.skip_comma(_DAY)
        day = read_date(cursor)
        cursor.skip_comma(_HOUR)
        read_time(cursor)
        return Funds(kind, on=day)
    if kind == "S":
        for _ in range(3):
            cursor.skip_comma(_AMOUNT)
            read_amount(cursor, signed=True)
        return Funds(kind)
    if kind == "D":
        return _read_distribution(cursor)
    raise cursor.refuse("structure", f"{kind[:10]!r} is not a funds type (Z, 0, 1, 2, V, S, D)")


def _read_distribution(cursor: Cursor) -> Funds:
    cursor.skip_comma(_COUNT)
    parts = read_count(cursor)
    if parts is None or parts > _MOST_PARTS:
        raise cursor.refuse("structure", f"funds type D needs how many parts follow, at most {_MOST_PARTS}")
    for _ in range(parts):
        if cursor.at_end:
            raise cursor.refuse("structure", f"funds type D names {parts} parts, fewer are there")
        cursor.skip_comma(_COUNT)
        read_count(cursor)
        cursor.skip_comma(_AMOUNT)
        read_amount(cursor, signed=True)
    return Funds("D")


def direction_of(code: str) -> str:
    """credit, debit, or unknown where the code says neither: loans, information without money, codes that no list has."""
    number = int(code)
    if 100 <= number <= 399 or 920 <= number <= 959:
        return "credit"
    if 400 <= number <= 699 or 960 <= number <= 999:
        return "debit"
    return "unknown"


def named_code(code: str) -> str:
    """The type code, with the family's word where it is a charge or interest: "698 CHRG"."""
    return f"{code} {_FAMILIES[code]}" if code in _FAMILIES else code


def is_reversal(code: str) -> bool:
    """Whether the bank marks an entry with this code as the return of an earlier one."""
    return code in _REVERSALS
