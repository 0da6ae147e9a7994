"""Reports that are a table: one header row, read by column names whatever their order and number, then rows of the same width."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from ledger.card_numbers import find_card_number
from reconciliation.formats.amounts import AmountError, get_exponent, read_amount
from reconciliation.formats.csv_rows import Row
from reconciliation.formats.values import FormatRefused
from reconciliation.formats.zones import to_utc

_SPREADSHEET = re.compile(r"\d(\.\d+)?E\+\d+", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)
_TOO_LARGE = 10**30  # sums of a million of them still fit numeric(38,0)
LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Columns:
    """What a format calls its columns: canonical name -> the headers under which it is known, lower case, single spaces; the first
    of them that is there counts.

    `required` must be there. `ids`: columns of the PSP's own ids, where 13 to 19 digits are no card numbers. `filled`: amounts that
    every row states, be it 0: an empty one is lost.
    """

    what: str
    headers: Mapping[str, tuple[str, ...]]
    required: frozenset[str]
    ids: frozenset[str]
    filled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of one file are. `first`: cells before them, of which the header row says nothing but its own code."""

    headers: tuple[str, ...]
    index: Mapping[str, int]
    free: tuple[int, ...]
    first: int = 0
    filled: frozenset[str] = frozenset()


class Record:
    """One row. Its methods raise FormatRefused with the row's line and the cell's number, counted from 1."""

    __slots__ = ("_layout", "cells", "number", "raw")

    def __init__(self, layout: Layout, number: int, raw: str, cells: list[str]) -> None:
        self._layout, self.number, self.raw, self.cells = layout, number, raw, cells

    def has(self, name: str) -> bool:
        """Whether the file has the column."""
        return name in self._layout.index

    def text(self, name: str) -> str:
        """A cell without spaces around it; "" where the file has no such column."""
        place = self._layout.index.get(name, -1)
        return self.cells[place].strip() if place >= 0 else ""

    def id(self, name: str) -> str:
        """An id: no longer than 200 characters, and not a number made of it by a spreadsheet."""
        text = self.text(name)
        if len(text) > LONGEST_ID:
            raise self.refuse(name, "too_long", f"an id of more than {LONGEST_ID} characters")
        if "E+" in text and _SPREADSHEET.fullmatch(text):
            raise self.refuse(name, "spreadsheet_damage", "was turned into a number by a spreadsheet; ask for the original file")
        return text

    def batch(self, name: str, longest: int = 32) -> str:
        """An id that names a batch: letters, digits, "_", "-" and "."; "" where the cell is empty."""
        text = self.id(name)
        if text and not (len(text) <= longest and _CODE.fullmatch(text)):
            raise self.refuse(name, "columns", f"{text[:40]!r} is not the id of a payout")
        return text

    def currency(self, name: str) -> str:
        """A known currency in upper case."""
        code = self.text(name).upper()
        self.exponent(name, code)
        return code

    def exponent(self, name: str, code: str) -> int:
        """Decimals of a currency that stands in a cell."""
        try:
            return get_exponent(code)
        except AmountError as error:
            raise self.refuse(name, "currency", str(error)) from None

    def amount(self, name: str, exponent: int, *, signed: bool = True) -> int:
        """Units of 10^-exponent of a cell in major units; 0 where it is empty, but of a cell that every row fills (`Columns.filled`)."""
        text = self.text(name)
        if not text and name in self._layout.filled:
            raise self.refuse(name, "amount", "is empty")
        try:
            found = read_amount(text or "0", exponent, signed=signed)
        except AmountError as error:
            raise self.refuse(name, "amount", str(error)) from None
        if abs(found) >= _TOO_LARGE:
            raise self.refuse(name, "amount", "is too large")
        return found

    def instant(self, name: str, zone: tzinfo) -> datetime:
        """The UTC instant of an ISO date and time; without an offset of its own it is local in `zone`."""
        text = self.text(name)
        try:
            if not text.isascii() or not text[:4].isdecimal() or text[4:5] != "-":
                raise ValueError
            return to_utc(datetime.fromisoformat(text), zone)
        except ValueError:
            hint = "; was the file saved by a spreadsheet?" if "/" in text else ""
            raise self.refuse(name, "date", f"{text[:40]!r} is not a date and time like 2026-01-31 23:59:59{hint}") from None

    def refuse(self, name: str, code: str, message: str) -> FormatRefused:
        """The refusal of a cell."""
        place = self._layout.index.get(name, -1)
        header = self._layout.headers[place - self._layout.first] if place >= 0 else name.replace("_", " ")
        return FormatRefused(code, f"{header}: {message}", line=self.number, column=max(place, 0) + 1)


def read_header(columns: Columns, row: Row, *, first: int = 0) -> Layout:
    """The layout by its header row; raises FormatRefused where a needed column is missing or one is there twice."""
    number, _, cells = row
    headers = tuple(header_key(cell) for cell in cells[first:])
    index: dict[str, int] = {}
    for name, names in columns.headers.items():
        header = next((each for each in names if each in headers), "")
        if headers.count(header) > 1:
            place = headers.index(header, headers.index(header) + 1)
            raise FormatRefused("header", f"column {header!r} is there twice", line=number, column=place + first + 1)
        if header:
            index[name] = headers.index(header) + first
    missing = [columns.headers[name][0] for name in columns.headers if name in columns.required and name not in index]
    if missing:
        raise refuse_header(columns.what, headers, missing, line=number)
    ids = {index[name] for name in columns.ids if name in index}
    free = tuple(place for place in range(first, first + len(headers)) if place not in ids)
    return Layout(headers, index, free, first, columns.filled)


def refuse_header(what: str, headers: Sequence[str], missing: Sequence[str], *, line: int) -> FormatRefused:
    """The refusal of a header without columns that lines need."""
    hint = "; there are no commas between its columns: was the file saved by a spreadsheet?" if len(headers) == 1 < len(missing) else ""
    message = f"not a {what}: no column {', '.join(missing)}{hint or '; ask the sender for this report, with these columns'}"
    return FormatRefused("header", message, line=line, column=1)


def header_key(header: str) -> str:
    """A header as compared: " Gross  Credit (GC)" -> "gross credit (gc)"."""
    return " ".join(header.lower().split())


def type_key(line_type: str) -> str:
    """A kind of line as compared: "Merchant Payout" and "merchantpayout" are one."""
    return "".join(line_type.lower().split())


def to_record(layout: Layout, row: Row) -> Record:
    """A row as a record. Refuses another width than the header's (empty cells at the end do not count), and card numbers (C14)."""
    number, raw, cells = row
    width = layout.first + len(layout.headers)
    if len(cells) < width or any(cells[width:]):
        message = f"{len(cells)} cells where the header has {width}"
        raise FormatRefused("columns", message, line=number, column=min(len(cells), width) + 1)
    if find_card_number("\t".join(cells[place] for place in layout.free)) >= 0:
        raise _refuse_card(layout, number, cells)
    return Record(layout, number, raw, cells)


def records(columns: Columns, rows: Iterator[Row]) -> Iterator[Record]:
    """Every row under the header, one at a time. Refuses an empty file and one without rows."""
    header = next(rows, None)
    if header is None:
        raise FormatRefused("empty", "the file is empty", line=1, column=1)
    layout, found = read_header(columns, header), False
    for row in rows:
        found = True
        yield to_record(layout, row)
    if not found:
        raise FormatRefused("empty", "there is no row after the header", line=header[0], column=1)


def _refuse_card(layout: Layout, number: int, cells: Sequence[str]) -> FormatRefused:
    """Names the cell, never the digits."""
    place = next((place for place in layout.free if find_card_number(cells[place]) >= 0), layout.free[0])
    message = f"{layout.headers[place - layout.first]}: a card number; the file is to be quarantined"
    return FormatRefused("card_number", message, line=number, column=place + 1)
