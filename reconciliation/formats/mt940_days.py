"""Days and amounts of MT940: two-digit years, entry days without a year, the bankers' 30 February, comma amounts."""

import re
from calendar import monthrange
from datetime import date, timedelta

from reconciliation.formats.amounts import AmountError, get_exponent, read_amount
from reconciliation.formats.statement_book import Balance
from reconciliation.formats.values import FormatRefused

_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15},\d{0,14})", re.ASCII)
_AMOUNT = re.compile(r"\d{1,15}(?:,\d{0,14})?", re.ASCII)
_A_MONTH = timedelta(days=31)


def read_day(text: str) -> date:
    """YYMMDD; 80 to 99 are 19xx. Banks that count months of 30 days print 29 and 30 February: the month's last day. Raises ValueError."""
    year = int(text[:2])
    return make_day((1900 if year >= 80 else 2000) + year, int(text[2:4]), int(text[4:6]))


def make_day(year: int, month: int, day: int) -> date:
    """A date, 29 and 30 February being the last day of February where it is shorter. Raises ValueError."""
    if month == 2 and day in (29, 30):
        return date(year, 2, min(day, monthrange(year, 2)[1]))
    return date(year, month, day)


def read_entry_day(text: str, value: date, opened: date) -> date:
    """The MMDD entry day nearest to the value day: entered 2 January, value 31 December is the next year. Raises ValueError.

    A value day may lie most of a year back, the entry not: the one about the opening balance's day stands for one long before it.
    """
    month, day = int(text[:2]), int(text[2:4])
    candidates = [make_day(year, month, day) for year in (value.year - 1, value.year, value.year + 1)]
    nearest = min(candidates, key=lambda candidate: abs(candidate - value))
    if opened - nearest <= _A_MONTH:
        return nearest
    return next((candidate for candidate in candidates if abs(candidate - opened) <= _A_MONTH), nearest)


def read_comma_amount(text: str, currency: str, *, line: int, column: int) -> int:
    """Unsigned minor units of "8,8", "6,", "000000000001,62" or, as some banks write, "500"."""
    if not _AMOUNT.fullmatch(text):
        raise FormatRefused("amount", f"{text[:40]!r} is not an amount with a decimal comma", line=line, column=column)
    try:
        return read_amount(text, get_exponent(currency), mark=",", signed=False)
    except AmountError as error:
        raise FormatRefused("amount", str(error), line=line, column=column) from None


def read_balance(tag: str, lines: list[str], line: int) -> Balance:
    """:60F: and its like: C131016DEM84349,74. The comma must be there: without it the file may be cut."""
    column = len(tag) + 3
    found = _BALANCE.fullmatch(lines[0].strip())
    if found is None:
        raise FormatRefused("structure", f":{tag}: is not a balance like C261231EUR1234,50", line=line, column=column)
    extra = next((place for place, text in enumerate(lines[1:], start=1) if text.strip()), 0)
    if extra:
        raise FormatRefused("unexpected_text", f"text after :{tag}:", line=line + extra, column=1)
    try:
        on = read_day(found[2])
    except ValueError:
        raise FormatRefused("date", f":{tag}: {found[2]!r} is not a date", line=line, column=column + 1) from None
    try:
        get_exponent(found[3])
    except AmountError as error:
        raise FormatRefused("currency", f":{tag}: {error}", line=line, column=column + 7) from None
    amount = read_comma_amount(found[4], found[3], line=line, column=column + 10)
    return Balance(-amount if found[1] == "D" else amount, found[3], on)
