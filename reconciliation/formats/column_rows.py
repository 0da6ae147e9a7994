"""A CSV through its column map: the map that fits is chosen by its headers, then rows come with their fields by name."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import BinaryIO

from ledger.card_numbers import find_card_number
from reconciliation.formats.amounts import AmountError, get_exponent
from reconciliation.formats.column_cells import Cells
from reconciliation.formats.column_map import ColumnMap, as_word
from reconciliation.formats.csv_rows import iter_rows
from reconciliation.formats.csv_table import LONGEST_ID, header_key
from reconciliation.formats.encodings import detect_encoding
from reconciliation.formats.values import FormatRefused

NO_LINE = "; a row that is no line is named under 'skip' or 'footers' of the map"
_MOST_BEFORE = 50  # rows that may stand before the header
_AMOUNTS = ("amount", "debit", "credit", "gross", "gross_debit", "gross_credit", "net", "net_debit", "net_credit")
_FREE_TEXT = {"narrative", "counterparty_name", "merchant_reference", "modification_merchant_reference", "line_type", "payment_method"}


class Mapped:
    """A file whose map is chosen. `index`: field -> places of its cells."""

    def __init__(self, column_map: ColumnMap, encoding: str, header_line: int, headers: Sequence[str]) -> None:
        self.map, self.encoding, self.header_line, self.headers = column_map, encoding, header_line, tuple(headers)
        self.cells = Cells(column_map)
        self.index = {name: tuple(self.headers.index(header) for header in found) for name, found in column_map.columns.items()}
        taken = {place for name, places in self.index.items() if name not in _FREE_TEXT for place in places}
        self._free = [place for place, header in enumerate(self.headers) if place not in taken and header not in column_map.ids]
        self._skip = [(self.headers.index(header), words) for header, words in column_map.skip.items()]

    def rows(self, file: BinaryIO) -> Iterator["MappedRow"]:
        """Rows that are lines, after the header. Raises FormatRefused."""
        file.seek(0)
        for number, raw, cells in _open(file, self.map, self.encoding):
            if number <= self.header_line or not any(cell.strip() for cell in cells):
                continue
            row = MappedRow(self, number, raw, cells)
            if footer := self._footer(cells):
                if row.reads_as_line():  # "Total" may be what somebody is called, and money would be lost
                    message = (
                        f"begins with {footer!r} as a footer, and has a day and an amount as a line: name it whole under 'skip' instead"
                    )
                    raise FormatRefused("structure", message, line=number, column=1)
                continue
            row.require_width()
            if any(as_word(cells[place]) in words for place, words in self._skip):
                continue
            self._refuse_cards(row)
            yield row

    def _footer(self, cells: list[str]) -> str:
        """The word by which the row is none of the lines, or ""."""
        first = as_word(next(cell for cell in cells if cell.strip()))
        return next((text for text in self.map.footers if first.startswith(text)), "")

    def _refuse_cards(self, row: "MappedRow") -> None:
        for place in self._free:
            if len(row.cells[place]) > 12 and find_card_number(row.cells[place]) >= 0:
                message = f"{self.headers[place]}: a card number; the file is to be quarantined"
                raise FormatRefused("card_number", message, line=row.number, column=place + 1)


class MappedRow:
    """One row; fields by their canonical names. What can't be read raises FormatRefused with line and column (counted in cells)."""

    def __init__(self, mapped: Mapped, number: int, raw: str, cells: list[str]) -> None:
        self._mapped, self.number, self.raw, self.cells = mapped, number, raw, cells

    def text(self, name: str) -> str:
        """The field's cells joined by a space, or the map's constant, or ""."""
        places = self._mapped.index.get(name)
        if places is None:
            return self._mapped.map.constants.get(name, "")
        return " ".join(filter(None, (self.cells[place].strip() for place in places)))

    def id(self, name: str) -> str:
        """An id of the PSP: no longer than 200 characters."""
        text = self.text(name)
        if len(text) > LONGEST_ID:
            raise self.refuse(name, "too_long", f"an id of more than {LONGEST_ID} characters")
        return text

    def currency(self, name: str) -> str:
        """A known currency code in upper case."""
        code = self.text(name).upper()
        try:
            get_exponent(code)
        except AmountError as error:
            raise self.refuse(name, "currency", str(error)) from None
        return code

    def amount(self, name: str, currency: str) -> int | None:
        """Signed minor units as printed; None where the cell is empty."""
        text = self.text(name)
        try:
            return self._mapped.cells.amount(text, currency) if text else None
        except AmountError as error:
            raise self.refuse(name, "amount", str(error)) from None

    def signed(self, name: str, currency: str, *, prefix: str = "") -> int | None:
        """Minor units by the map's sign rule: of the field itself, or of {prefix}debit and {prefix}credit."""
        debit, credit = f"{prefix}debit", f"{prefix}credit"
        try:
            return self._mapped.cells.signed(self.text(name), self.text(debit), self.text(credit), self.text("indicator"), currency)
        except AmountError as error:
            raise self.refuse(name if name in self._mapped.index else self._first(debit, credit), "amount", str(error)) from None
        except LookupError as error:
            raise self.refuse("indicator", "type", str(error.args[0])) from None

    def day(self, name: str) -> date | None:
        text = self.text(name)
        try:
            return self._mapped.cells.day(text) if text else None
        except (ValueError, OverflowError) as error:
            raise self.refuse(name, "date", f"{error}{_no_line(text)}") from None

    def instant(self, name: str) -> datetime:
        text = self.text(name)
        try:
            return self._mapped.cells.instant(text)
        except (ValueError, OverflowError) as error:
            raise self.refuse(name, "date", f"{error}{_no_line(text)}") from None

    def refuse(self, name: str, code: str, message: str) -> FormatRefused:
        """A refusal of this row at a field."""
        column = self._mapped.index.get(name, (0,))[0] + 1
        return FormatRefused(code, f"{name.replace('_', ' ')}: {message}", line=self.number, column=column)

    def reads_as_line(self) -> bool:
        """Whether it has a day and an amount."""
        index = self._mapped.index
        day = next((name for name in ("booking_date", "created_at") if name in index), "")
        if len(self.cells) < len(self._mapped.headers) or not day or not any(self.text(name) for name in _AMOUNTS if name in index):
            return False
        try:
            self.instant(day)
        except FormatRefused:
            return False
        return True

    def require_width(self) -> None:
        """As many cells as the header has; more may follow if they are empty."""
        width = len(self._mapped.headers)
        if len(self.cells) < width or any(cell.strip() for cell in self.cells[width:]):
            found = len(self.cells)
            raise FormatRefused("columns", f"{found} cells where the header has {width}", line=self.number, column=min(found, width) + 1)

    def _first(self, *names: str) -> str:
        return next((name for name in names if self.text(name)), names[0])


def _no_line(text: str) -> str:
    """What to do about a cell without a digit where every line has one: the row may be a total, or a balance carried forward."""
    return "" if any(char.isdigit() for char in text) else NO_LINE


def choose_map(file: BinaryIO, maps: Sequence[ColumnMap]) -> Mapped:
    """The first map whose headers are all in one row near the beginning. Raises FormatRefused and says what the nearest one lacks."""
    file.seek(0)
    if not file.read(1):
        raise FormatRefused("empty", "the file is empty", line=1, column=1)
    lacking: list[tuple[int, str]] = []
    unreadable: FormatRefused | None = None
    for column_map in maps:
        encoding = detect_encoding(file) if column_map.encoding == "auto" else column_map.encoding
        try:
            number, headers, missing = _find_header(file, column_map, encoding)
        except FormatRefused as refusal:
            unreadable = unreadable or refusal
            continue
        if not missing:
            return Mapped(column_map, encoding, number, _require_once(headers, column_map, number))
        lacking.append((len(missing), f"{column_map.name} v{column_map.version} lacks {', '.join(sorted(missing))}"))
    if unreadable:
        raise unreadable
    nearest = min(lacking)[1] if lacking else "there is none"
    message = f"no column map fits: {nearest}; a file without a row of headings needs a map that names its columns ('headings')"
    raise FormatRefused("header", message, line=1, column=1)


def _find_header(file: BinaryIO, column_map: ColumnMap, encoding: str) -> tuple[int, list[str], frozenset[str]]:
    """Line and headers of the row that lacks none of the map's headers, or of the nearest one with what it lacks."""
    if column_map.headings:
        return _fit_unnamed(file, column_map, encoding)
    nearest: tuple[int, list[str], frozenset[str]] = (1, [], column_map.headers)
    for number, _, cells in islice(_open(file, column_map, encoding), _MOST_BEFORE):
        headers = [header_key(cell) for cell in cells]
        missing = column_map.headers - set(headers)
        if len(missing) < len(nearest[2]):
            nearest = (number, headers, missing)
        if not missing:
            break
    return nearest


def _fit_unnamed(file: BinaryIO, column_map: ColumnMap, encoding: str) -> tuple[int, list[str], frozenset[str]]:
    """The map's own headings, before the first row, or in it where the file has them after all. Raises FormatRefused where that has
    another number of cells."""
    named = list(column_map.headings)
    number, _, cells = next((row for row in _open(file, column_map, encoding) if any(row[2])), (1, "", []))
    if len(cells) < len(named) or any(cells[len(named) :]):
        message = f"{len(cells)} cells where {column_map.name} v{column_map.version} names {len(named)} columns ('headings')"
        raise FormatRefused("header", message, line=number, column=1)
    is_named = [header_key(cell) for cell in cells[: len(named)]] == named
    return number if is_named else 0, named, frozenset()


def _require_once(headers: list[str], column_map: ColumnMap, number: int) -> list[str]:
    for header in column_map.headers:
        if headers.count(header) > 1:
            message = f"column {header!r} is there twice: where both say the same on every row, let the map say it as a constant"
            raise FormatRefused("header", message, line=number, column=headers.index(header) + 1)
    return headers


def _open(file: BinaryIO, column_map: ColumnMap, encoding: str) -> Iterator[tuple[int, str, list[str]]]:
    file.seek(0)
    return iter_rows(
        file, delimiter=column_map.delimiter, quote=column_map.quote, encoding="utf-8-sig" if encoding in ("utf-8", "ascii") else encoding
    )
