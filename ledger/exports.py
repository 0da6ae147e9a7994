"""CSV that spreadsheets open safely (L13): text that would run as a formula is quoted away, amounts are exact decimals.

Rows are streamed; a value is text, an int, a date, an instant (written as RFC 3339 UTC) or None (empty).
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from ledger.money import format_major, get_asset

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
Value = object


class _Echo:
    """A file whose `write` gives back what it was given."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Lines of a CSV file, the header first, each ending in CR LF."""
    writer = csv.writer(_Echo())
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([cell_text(value) for value in row])


def cell_text(value: Value) -> str:
    """A cell; text that a spreadsheet would take for a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Major | int):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


class Major:
    """An amount as decimal text by its asset's exponent ("-12.00", JPY "-12"): a number, so its minus is no formula."""

    def __init__(self, amount_minor: int, asset: str) -> None:
        self.text = format_major(amount_minor, get_asset(asset))

    def __str__(self) -> str:
        return self.text


def sides(amount_minor: int, asset: str) -> tuple[Major | None, Major | None]:
    """Debit and credit columns of an amount, debit positive; the other side is empty."""
    return (Major(amount_minor, asset), None) if amount_minor >= 0 else (None, Major(-amount_minor, asset))
