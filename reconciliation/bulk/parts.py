"""A large report cut in two, so that two processes can read it. Pure, but for reading the file.

A cut lies where the reader itself would begin a row: after a line end, with an even number of quotes before it (formats.csv_rows
joins lines until their quotes are even). So no cell, quoted or not, is ever cut.
"""

import io
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from ledger.calendar import business_date, day_bounds
from reconciliation.bulk.text_rows import PspRows
from reconciliation.formats import PspLine
from reconciliation.formats.columns import PspColumns

BLOCK = 1 << 20
Parts = Iterable[PspColumns | Iterator[PspLine]]  # what AdyenSdrReader.parts gives
# What a fee column's cost is, on a line that is not a sale: what it is paid for.
FEE_FOR = {"refund": "refund", "payout": "payout", "chargeback": "chargeback"}


@dataclass(frozen=True, slots=True)
class Cut:
    """Bytes of the header, the byte at which the second part begins, and the lines before it."""

    header: int
    at: int
    lines: int


@dataclass(frozen=True, slots=True)
class DayRule:
    """The days of a legal entity as ledger.calendar takes them: IANA zone and cut-off."""

    zone: str
    cutoff: time


class DayOf:
    """Business day of an instant. Most instants are of the day of the one before: its bounds are kept."""

    def __init__(self, days: DayRule) -> None:
        self._days, self._day = days, date.min
        self._start = self._end = datetime.min.replace(tzinfo=UTC)

    def __call__(self, instant: datetime) -> date:
        if not self._start <= instant < self._end:
            self._day = business_date(self._days, instant)
            self._start, self._end = day_bounds(self._days, self._day)
        return self._day


@dataclass(slots=True)
class Noted:
    """What is noted while lines pass by, of each (batch number, net currency): its transfer's instant and texts; tax on its fees, by the
    kind of fee that it is stored in, and by line: the line numbers and the tax on each, 16 bytes a line that has some."""

    transfers: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)
    taxes: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    line_taxes: dict[tuple[str, str], tuple["array[int]", "array[int]"]] = field(default_factory=dict)

    def tax(self, line: PspLine) -> None:
        """Minor units, positive a cost."""
        of_batch = self.taxes.setdefault((line.batch_number, line.net_currency), {})
        kind = FEE_FOR.get(line.kind, "processing")
        of_batch[kind] = of_batch.get(kind, 0) + line.tax_minor
        numbers, minors = self.line_taxes.setdefault((line.batch_number, line.net_currency), (array("q"), array("q")))
        if numbers and numbers[-1] == line.line_number:  # a document on one line, or a row that became two lines
            minors[-1] += line.tax_minor
            return
        numbers.append(line.line_number)
        minors.append(line.tax_minor)

    def watch(self, lines: Iterable[PspLine]) -> Iterator[PspLine]:
        """The lines as they come; transfers are noted in passing."""
        for line in lines:
            if line.kind == "transfer" and (line.net_minor < 0 or line.net_minor and not _came_back(line)):
                reference = " ".join(filter(None, [line.payout_reference, line.modification_reference]))
                self.transfers.setdefault((line.batch_number, line.net_currency), (line.created_at, reference))
            yield line


def _came_back(line: PspLine) -> bool:
    """Whether a transfer that brought money is one that bounced (as BATCH_SUMS has it), and not one that the PSP collected from us."""
    return line.reverses == "transfer" or line.line_type.lower() == "bankinstructionreturned"


@dataclass(frozen=True, slots=True)
class Job:
    """What the helper is told: which file, cut where, and how to write its rows. Plain values only."""

    path: str
    cut: tuple[int, int, int]
    reader: str
    account: tuple[str, ...]
    file_id: str
    bucket: int
    zone: str
    cutoff: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def batch_id(file_id: UUID, number: str, currency: str) -> UUID:
    """Id of a batch of this file, the same in both processes: the file's UUIDv7, its random part derived."""
    digest = sha256(f"{file_id}:{number}:{currency}".encode()).digest()
    low = int.from_bytes(digest[:8], "big") & ((1 << 62) - 1)
    return UUID(int=(file_id.int >> 62 << 62) | low)


def rows_of(lines: Iterable[PspLine], *, file_id: UUID, bucket: int, days: DayRule, noted: Noted) -> Iterator[str]:
    """COPY rows of a file, one by one."""
    return _rows(file_id, bucket, days, noted, 0).of_lines(noted.watch(lines))


def texts_of(parts: Parts, *, file_id: UUID, bucket: int, days: DayRule, noted: Noted, lines_before: int = 0) -> Iterator[str]:
    """COPY text of many rows at once, never empty; `lines_before`: lines of the file before those that the reader counted."""
    rows = _rows(file_id, bucket, days, noted, lines_before)
    for part in parts:
        text = rows.of_columns(part) if isinstance(part, PspColumns) else "".join(rows.of_lines(noted.watch(part)))
        if text:
            yield text


def _rows(file_id: UUID, bucket: int, days: DayRule, noted: Noted, lines_before: int) -> PspRows:
    return PspRows(
        bucket=bucket, batch_id_of=partial(batch_id, file_id), day_of=DayOf(days), taxed=noted.tax, lines_before=lines_before
    )  # fmt: skip


def find_cut(path: Path, *, share: float = 0.5) -> Cut | None:
    """Where to cut so that the first part has about `share` of the bytes; None for a file that has no such place."""
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.readline(BLOCK)
        if not _is_plain(header):
            return None
        lines, quotes = 1, 0
        while (left := int(size * share) - file.tell()) > 0:
            part = file.read(min(left, BLOCK)) + file.readline(BLOCK)
            if not part.endswith(b"\n"):
                return None
            quotes += part.count(b'"')
            lines += part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n")  # a line ends as it does for the reader
        at = file.tell()
    return Cut(len(header), at, lines) if quotes % 2 == 0 and len(header) < at < size else None


def _is_plain(header: bytes) -> bool:
    """Whether the first line is a whole row, and all of it the header."""
    text = header.rstrip(b"\r\n")
    return header.endswith(b"\n") and text != b"" and b"\r" not in text and text.count(b'"') % 2 == 0


def open_part(path: Path, *spans: tuple[int, int]) -> BinaryIO:
    """A file that holds only these spans (start, end) of another, one after the other."""
    return io.BufferedReader(_Spans(path, spans), BLOCK)


class _Spans(io.RawIOBase):
    def __init__(self, path: Path, spans: tuple[tuple[int, int], ...]) -> None:
        self._file = path.open("rb", buffering=0)
        self._spans, self._place = spans, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        if (offset, whence) == (0, 1):
            return self._place
        if whence != 0:
            raise io.UnsupportedOperation("only from the start")
        self._place = offset
        return offset

    def readinto(self, buffer: Any) -> int:
        before = 0
        for start, end in self._spans:
            inside = self._place - before
            if inside < end - start:
                self._file.seek(start + inside)
                count = self._file.readinto(memoryview(buffer)[: end - start - inside]) or 0
                self._place += count
                return count
            before += end - start
        return 0

    def close(self) -> None:
        self._file.close()
        super().close()
