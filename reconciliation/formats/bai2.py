"""BAI2 balance and transaction reporting, as banks send it: files of groups of accounts, with a control total at each level.

01 file { 02 group { 03 account { 16 transaction } 49 } 98 } 99; 88 goes on with the record before it. Totals or counts that do not
hold are readable but not accepted (R2). A file without its 99 is a part, and refused.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from reconciliation.formats.bai2_accounts import Account, open_account, read_currency, read_line
from reconciliation.formats.bai2_fields import read_amount, read_count, read_date, read_time
from reconciliation.formats.bai2_records import Cursor, Record, iter_records
from reconciliation.formats.statement_book import StatementBook
from reconciliation.formats.text_lines import find_encoding
from reconciliation.formats.values import BankLine, Check, FormatRefused, ReadResult

_DEFAULT_CURRENCY = "USD"  # the standard's, where neither account nor group names one
_BEFORE = {"01": "", "02": "01", "03": "02", "16": "03", "49": "03", "98": "02", "99": "01"}
_NAMES = {"01": "a file", "02": "a group", "03": "an account"}
_NO_STATEMENT = {"2": "deletes what was sent before", "4": "is a test"}


@dataclass(slots=True)
class Level:
    """What a file or a group comes to so far: sum of its parts' control totals, how many parts, how many records."""

    name: str
    line: int
    sum_minor: int = 0
    parts: int = 0
    records: int = 1

    def take(self, sum_minor: int, records: int) -> None:
        self.sum_minor += sum_minor
        self.parts += 1
        self.records += records


class Bai2Reader:
    """Streams BankLine; see values.Reader. `account`: IBAN or other names of the one account that the file may hold, empty for any."""

    def __init__(self, file: BinaryIO, *, account: Collection[str] = ()) -> None:
        self.encoding = ""
        self._file, self._book, self._done = file, StatementBook(account), False
        self._open: list[str] = []  # codes of what is open, outermost first
        self._level: dict[str, Level] = {}
        self._account: Account | None = None
        self._as_of, self._currency = date.min, _DEFAULT_CURRENCY

    def __iter__(self) -> Iterator[BankLine]:
        self.encoding = find_encoding(self._file)
        for record in iter_records(self._file, encoding=self.encoding):
            self._require_order(record)
            if record.code == "16" and self._account:
                yield read_line(self._account, record)
            else:
                self._take(record)
        if not self._done:
            raise FormatRefused("fragment", "the file ends without its trailer 99; only a part of it is there", line=1, column=1)

    def finish(self) -> ReadResult:
        """Statements, totals and checks. Raises LookupError before the last line was read."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        return self._book.result(self.encoding)

    def _require_order(self, record: Record) -> None:
        here = self._open[-1] if self._open else ""
        begins_next = self._done and record.code == "01"  # networks put several files into one
        if not begins_next and (self._done or here != _BEFORE[record.code]):
            inside = f"inside {_NAMES[here]} that is open" if here else "after the end of the file" if self._done else "at the beginning"
            raise FormatRefused("structure", f"record {record.code} can't stand {inside}", line=record.line, column=1)

    def _take(self, record: Record) -> None:
        cursor = Cursor(record)
        if record.code == "01":
            self._begin_file(record, cursor)
        elif record.code == "02":
            self._begin_group(record, cursor)
        elif record.code == "03":
            index = len(self._book.statements) + 1
            self._account = open_account(record, index=index, as_of=self._as_of, currency=self._currency)
            self._open.append("03")
        elif record.code == "49":
            self._end_account(record, cursor)
        else:
            self._end_level(record, cursor)

    def _begin_file(self, record: Record, cursor: Cursor) -> None:
        """Sender, receiver, day, time, file id, record length, block size, version."""
        cursor.take(), cursor.take()
        read_date(cursor)
        read_time(cursor)
        cursor.take(), read_count(cursor), read_count(cursor)
        if (version := cursor.take()) not in ("2", ""):
            raise cursor.refuse("structure", f"version {version[:10]!r}; only BAI version 2 is read")
        self._done = False
        self._enter("01", record, "file")

    def _begin_group(self, record: Record, cursor: Cursor) -> None:
        """Receiver, originator, status, as-of day and time, currency, as-of modifier."""
        cursor.take(), cursor.take()
        status = cursor.take()
        if status in _NO_STATEMENT:
            raise cursor.refuse("not_a_statement", f"the group {_NO_STATEMENT[status]} (status {status})")
        self._as_of = read_date(cursor)
        read_time(cursor)
        self._currency = read_currency(cursor) or _DEFAULT_CURRENCY
        if cursor.take() == "3":
            raise cursor.refuse("not_a_statement", "a report from within the day (modifier 3): its entries come again on the statement")
        self._enter("02", record, f"group of {self._as_of}")

    def _enter(self, code: str, record: Record, name: str) -> None:
        self._open.append(code)
        self._level[code] = Level(f"{name}, line {record.line}", record.line, records=record.records)

    def _end_account(self, record: Record, cursor: Cursor) -> None:
        account, self._account = self._account, None
        assert account is not None
        account.records += record.records
        stated = self._compare(cursor, account.sum_minor, account.tally.describe(), [(account.records, "records")])
        self._book.close(account.tally)
        self._level["02"].take(stated, account.records)
        self._open.pop()

    def _end_level(self, record: Record, cursor: Cursor) -> None:
        level = self._level[self._open.pop()]
        level.records += record.records
        parts = "accounts" if record.code == "98" else "groups"
        stated = self._compare(cursor, level.sum_minor, level.name, [(level.parts, parts), (level.records, "records")])
        if record.code == "98":
            self._level["01"].take(stated, level.records)
        else:
            self._done = True

    def _compare(self, cursor: Cursor, sum_minor: int, where: str, counts: list[tuple[int, str]]) -> int:
        """Adds the checks of a trailer: control total, then counts. Gives the total that it states."""
        stated = read_amount(cursor, signed=True)
        checks = self._book.checks
        checks.append(Check("control_total", stated == sum_minor, stated, sum_minor, f"{where}: control total"))
        for actual, name in counts:
            said = read_count(cursor)
            if said is None:
                raise cursor.refuse("structure", f"no number of {name}")
            checks.append(Check("line_count", said == actual, said, actual, f"{where}: number of {name}"))
        return stated
