"""BAI2 as records: physical lines, some of them continued or glued together, to (code, fields with their places)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from reconciliation.formats.text_lines import iter_lines
from reconciliation.formats.values import FormatRefused

_START = re.compile(r"\s*(01|02|03|16|49|88|98|99)(?:,|(?=\s*/)|\s*$)", re.ASCII)
# Where one line holds several records: a slash, and what has the form of another record. "5/16 of it" in a text has not.
_GLUE = re.compile(
    r"/\s*(?=02,[^,/]*,[^,/]*,[1-4],\d{6},|03,[^,/]+,(?:[A-Z]{3})?,|16,\d{3},\d+,|88,|49,[+-]?\d+,\d+\s*/|98,[+-]?\d+,\d+,\d+\s*/"
    r"|99,[+-]?\d+,\d+,\d+\s*/)",
    re.ASCII,
)
_MOST_LINES = 1000  # of one record


@dataclass(slots=True)
class Part:
    """One physical line of a record: its fields, and the column at which each begins."""

    line: int
    fields: list[str]
    columns: list[int]
    is_closed: bool  # by a slash


@dataclass(slots=True)
class Record:
    """A record with its continuations. `records`: how many the bank's record counts take it for."""

    code: str
    line: int
    raw: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    records: int = 1
    is_open: bool = False  # its last line did not end with a slash: its text may go on

    @property
    def has_text(self) -> bool:
        """Its last field is free text, which may hold commas and slashes."""
        return self.code == "16"


class Cursor:
    """Fields of a record one after the other; after the last one, every field is empty."""

    def __init__(self, record: Record) -> None:
        self._record, self._part, self._field = record, 0, 0
        self.line, self.column = record.line, 1

    @property
    def at_end(self) -> bool:
        self._skip()
        return self._part >= len(self._record.parts)

    def take(self) -> str:
        """The next field without surrounding spaces; notes its place."""
        if self.at_end:
            return ""
        part = self._record.parts[self._part]
        self.line, self.column = part.line, part.columns[self._field]
        self._field += 1
        return part.fields[self._field - 1].strip()

    def skip_blank(self) -> None:
        """Goes on to the record's next line where nothing but empty fields is left of this one."""
        if not self.at_end and not any(cell.strip() for cell in self._record.parts[self._part].fields[self._field :]):
            self._part, self._field = self._part + 1, 0

    def skip_comma(self, form: re.Pattern[str]) -> None:
        """Goes on to the record's next line where a comma ends this one, without a slash, and what comes there has this form: the comma
        parts two fields, and no empty one stands behind it."""
        if self.at_end or self._part + 1 >= len(self._record.parts):
            return
        part, following = self._record.parts[self._part : self._part + 2]
        is_last = self._field == len(part.fields) - 1 and not part.fields[-1].strip()
        if is_last and not part.is_closed and form.fullmatch(following.fields[0].strip()):
            self._part, self._field = self._part + 1, 0

    def rest(self) -> str:
        """All that is left, as text: the commas in it are its own; lines are joined by a space."""
        texts = []
        while not self.at_end:
            part = self._record.parts[self._part]
            texts.append(",".join(part.fields[self._field :]).strip())
            self._part, self._field = self._part + 1, 0
        return " ".join(text for text in texts if text)

    def refuse(self, code: str, message: str) -> FormatRefused:
        """A refusal at the field that was taken last."""
        return FormatRefused(code, f"record {self._record.code}: {message}", line=self.line, column=self.column)

    def _skip(self) -> None:
        parts = self._record.parts
        while self._part < len(parts) and self._field >= len(parts[self._part].fields):
            self._part, self._field = self._part + 1, 0


def iter_records(file: BinaryIO, *, encoding: str) -> Iterator[Record]:
    """Whole records in order. Raises FormatRefused for what belongs to none."""
    current: Record | None = None
    for number, line in iter_lines(file, encoding):
        if not line.strip():
            continue
        for column, text in _cut(line):
            start = _START.match(text)
            if start and start[1] != "88":
                if current:
                    yield current
                current = Record(start[1], number)
            elif current is None:
                raise FormatRefused("not_a_statement", f"{text[:20]!r} is no record of BAI2", line=number, column=column)
            elif start:
                current.records += 1
            elif not (current.has_text and current.is_open):
                raise FormatRefused("unexpected_text", f"{text[:40]!r} belongs to no record", line=number, column=column)
            _append(current, text, start.end() if start else 0, number, column)
    if current:
        yield current


def _cut(line: str) -> Iterator[tuple[int, str]]:
    """(column, text) of each record on a line."""
    begin = 0
    for glue in _GLUE.finditer(line):
        yield begin + 1, line[begin : glue.start() + 1]
        begin = glue.end()
    yield begin + 1, line[begin:]


def _append(record: Record, text: str, offset: int, number: int, column: int) -> None:
    if len(record.parts) >= _MOST_LINES:
        raise FormatRefused("too_long", f"record {record.code} goes on for more than {_MOST_LINES} lines", line=number, column=column)
    body = text[offset:].rstrip()
    slash = body.rfind("/") if record.has_text and body.endswith("/") else -1 if record.has_text else body.find("/")
    if slash >= 0 and body[slash + 1 :].strip():
        message = f"text after the end of record {record.code}: {body[slash + 1 :][:40]!r}"
        raise FormatRefused("unexpected_text", message, line=number, column=column + offset + slash + 1)
    record.is_open = slash < 0
    record.raw.append(text)
    fields = (body[:slash] if slash >= 0 else body).split(",")
    columns, place = [], column + offset
    for cell in fields:
        columns.append(place)
        place += len(cell) + 1
    record.parts.append(Part(number, fields, columns, is_closed=slash >= 0))
