"""SWIFT MT940 customer statement, as banks send it: many statements in a file, envelopes around them, missing trailers.

A message must have :20:, :25:, :60a: and :62a: in this order: a fragment is refused. An opening plus lines that is not the closing
is readable but not accepted (R2).
"""

import re
from collections.abc import Collection, Iterator
from typing import BinaryIO

from reconciliation.formats.mt940_days import read_balance, read_comma_amount
from reconciliation.formats.mt940_fields import Field, iter_fields
from reconciliation.formats.mt940_lines import Entry, read_entry
from reconciliation.formats.statement_book import Stated, StatementBook, Tally
from reconciliation.formats.text_lines import find_encoding
from reconciliation.formats.values import BankLine, FormatRefused, ReadResult

_SINGLE = {"20", "21", "25", "25P", "28", "28C", "13", "13D", "NS"}
_BIC = re.compile(r"[A-Z0-9]{8}(?:[A-Z0-9]{3})?", re.ASCII)
_INTERIM_REPORT = {"34F", "90D", "90C"}
# ING puts counts and sums of debits and credits into the :86: after the closing balance
_STATED = re.compile(r"D(\d{6})C(\d{6})D(\d{1,15},\d{0,2})C(\d{1,15},\d{0,2})", re.ASCII)


class Mt940Reader:
    """Streams BankLine; see values.Reader. `account`: IBAN or other names of the one account that the file may hold, empty for any."""

    def __init__(self, file: BinaryIO, *, account: Collection[str] = ()) -> None:
        self.encoding = ""
        self._file, self._book, self._done = file, StatementBook(account), False

    def __iter__(self) -> Iterator[BankLine]:
        self.encoding = find_encoding(self._file)
        message: _Message | None = None
        for place in iter_fields(self._file, encoding=self.encoding):
            if message and place.tag in ("-", "20"):
                yield from self._close(message)
                message = None
            if place.tag == "20":
                message = _Message(Tally(index=len(self._book.statements) + 1, line_number=place.line))
            elif message:
                yield from message.take(place)
            elif place.tag != "-":
                raise _refuse_start(place)
        if message:
            yield from self._close(message)
        if not self._book.statements:
            raise FormatRefused("not_a_statement", "no :20: in the file: this is not MT940", line=1, column=1)
        self._done = True

    def finish(self) -> ReadResult:
        """Statements, totals and checks. Raises LookupError before the last line was read."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        return self._book.result(self.encoding)

    def _close(self, message: "_Message") -> Iterator[BankLine]:
        yield from message.flush()
        self._book.close(message.finish())


class _Message:
    """One statement message while its fields stream by."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._entry: Entry | None = None

    def take(self, place: Field) -> Iterator[BankLine]:
        """Notes a field; a :61: gives the line before it, for its :86: fields come after it."""
        if place.tag != "86":
            yield from self.flush()
        if place.tag in ("60F", "60M"):
            self._open(place)
        elif place.tag == "61":
            self._entry = Entry(self._require_open(place))
        elif place.tag == "86":
            self._narrate(place)
        elif place.tag in ("62F", "62M"):
            self._tally.closing = read_balance(place.tag, self._require_open(place).lines, place.line)
        else:
            self._note(place)

    def flush(self) -> Iterator[BankLine]:
        """Gives the line of the last :61:."""
        entry, self._entry = self._entry, None
        if entry and self._tally.opening:
            line = read_entry(entry, statement_index=self._tally.index, opening=self._tally.opening)
            self._tally.add(line)
            yield line

    def finish(self) -> Tally:
        tally = self._tally
        needed = {":25: account": tally.account_ref, ":60F: opening balance": tally.opening, ":62F: closing balance": tally.closing}
        for name, there in needed.items():
            if not there:
                raise FormatRefused("missing_tag", f"the statement that begins here has no {name}", line=tally.line_number, column=1)
        return tally

    def _open(self, place: Field) -> None:
        if self._tally.opening:
            raise FormatRefused("structure", "a second opening balance; is a :20: missing?", line=place.line, column=1)
        self._tally.opening = read_balance(place.tag, place.lines, place.line)
        self._tally.currency = self._tally.opening.currency

    def _require_open(self, place: Field) -> Field:
        if not self._tally.opening:
            raise FormatRefused("missing_tag", f":{place.tag}: before the opening balance :60F:", line=place.line, column=1)
        if self._tally.closing:
            raise FormatRefused("structure", f":{place.tag}: after the closing balance", line=place.line, column=1)
        return place

    def _narrate(self, place: Field) -> None:
        """:86: of an entry, of the whole statement after its closing, or of its head (then it says nothing that we need)."""
        said = _STATED.fullmatch(place.lines[0].strip())
        if self._entry:
            self._entry.narratives.append(place)
        elif self._tally.closing and said:
            self._tally.stated.append(_read_stated(said, place, self._tally.currency))

    def _note(self, place: Field) -> None:
        """Tags of one line, and available balances, which are read to be sure that they can be."""
        if place.tag in ("64", "65"):
            read_balance(place.tag, place.lines, place.line)
        elif place.tag in _INTERIM_REPORT:
            message = f":{place.tag}: belongs to an interim report (MT942), not to a statement"
            raise FormatRefused("not_a_statement", message, line=place.line, column=1)
        elif place.tag not in _SINGLE:
            raise FormatRefused("unknown_tag", f":{place.tag}: is no tag of a statement", line=place.line, column=1)
        elif any(text.strip() for text in _beyond(place)):
            raise FormatRefused("unexpected_text", f"text after :{place.tag}:", line=place.line + 1, column=1)
        elif place.tag in ("25", "25P"):
            self._tally.account_ref = place.lines[0].strip()
        elif place.tag in ("28", "28C"):
            self._tally.number = place.lines[0].strip()


def _beyond(place: Field) -> list[str]:
    """Lines that a tag of one line has none of: :25P: has the bank's BIC on a second one, :NS: is the bank's own."""
    if place.tag == "NS":
        return []
    return place.lines[2:] if place.tag == "25P" and _BIC.fullmatch("".join(place.lines[1:2]).strip()) else place.lines[1:]


def _read_stated(said: re.Match[str], place: Field, currency: str) -> Stated:
    debit, credit = (read_comma_amount(said[part], currency, line=place.line, column=5) for part in (3, 4))
    return Stated(
        where=":86: after the closing balance", debit_count=int(said[1]), credit_count=int(said[2]), debit_minor=debit, credit_minor=credit
    )


def _refuse_start(place: Field) -> FormatRefused:
    message = f"a statement begins with :20:, here :{place.tag}: comes first; only a part of it is there"
    return FormatRefused("fragment", message, line=place.line, column=1)
