"""PayPal settlement report (STL): records by the code in their first cell, amounts unsigned and in hundredths, sides in columns.

RH report header, FH file header, SH section header, CH column headings, SB body row, SF and RF totals per currency, SC and RC row
counts, FF end of file. Samples often miss RH, FH, SC, RC and FF. A day's rows are one batch per currency, whose value stays in PayPal's
balance; a withdrawal (T04) is a batch of its own, which takes its amount from there, and its Bank Reference ID is what the bank shows.
"""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import BinaryIO

from ledger.card_numbers import find_card_number
from reconciliation.formats.csv_rows import Row, iter_rows
from reconciliation.formats.csv_table import Layout, Record, read_header, to_record
from reconciliation.formats.payout_book import PayoutBook, account_of, moved, psp_line
from reconciliation.formats.paypal_columns import COLUMNS, SAID, kind_of
from reconciliation.formats.paypal_footers import Footers
from reconciliation.formats.values import FormatRefused, PspLine, ReadResult
from reconciliation.formats.zones import to_utc

_INSTANT = re.compile(r"(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d) ([+-])(\d\d):?(\d\d)", re.ASCII)
_NUMBER = re.compile(r"\d{1,30}", re.ASCII)
_OURS = re.compile(r"(pi|po|cap|rf)_[0-9a-z]{26}", re.ASCII)
_SIDES = {"CR": True, "DR": False}
_BALANCE = "PayPal balance"


class PaypalStlReader:
    """Streams PspLine; see values.Reader."""

    encoding = "utf-8"

    def __init__(self, file: BinaryIO, *, account: Collection[str] = ()) -> None:
        self._file, self._names = file, tuple(account)
        self._book, self._footers, self._done = PayoutBook(), Footers(), False
        self._named, self._day, self._part, self._has_heading, self._rows = "", "", "", False, 0
        self._layout: Layout | None = None
        self._others: dict[str, Callable[[Row], None]] = {
            "RH": self._heading, "FH": self._file_header, "SH": self._section, "CH": self._columns, "SF": self._footer,
            "RF": self._footer, "SC": self._count, "RC": self._count, "FF": self._heading,
        }  # fmt: skip

    def __iter__(self) -> Iterator[PspLine]:
        line_number = 0
        for row in iter_rows(self._file):
            line_number, code = row[0], row[2][0].strip().upper()
            if code == "SB":
                for place, line in enumerate(self._body(row)):
                    yield self._book.add(line, is_row=not place)
            elif code in self._others:
                self._others[code](row)
            else:
                message = f"{row[2][0][:20]!r} is no record of a {COLUMNS.what}: ask PayPal for the file STL-….CSV, not for its activity"
                raise FormatRefused("unknown_tag", message, line=row[0], column=1)
        if not (self._rows or self._has_heading):
            raise FormatRefused("empty", "there is no row in the report", line=line_number or 1, column=1)
        self._footers.end_section()
        for group in list(self._book.last):
            yield from self._book.close(group, kind="balance_transfer", line_type=_BALANCE)
        self._done = True

    def finish(self) -> ReadResult:
        """Totals, one statement per day and currency and per withdrawal, checks. Raises LookupError before the last line was read."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        return self._book.result(encoding=self.encoding, account=self._names, named=bool(self._named), more=self._footers.checks)

    def _heading(self, row: Row) -> None:
        """A report's own header or end of file: nothing in it is needed to read rows."""
        self._has_heading = True

    def _file_header(self, row: Row) -> None:
        number = _cell(row, 1).lstrip("0") or "1"
        self._footers.is_first_file = number == "1"
        self._part = "" if number == "1" else f"-{number[:6]}"

    def _section(self, row: Row) -> None:
        """Start and end of the account's own day, and its id."""
        self._footers.end_section()
        if find_card_number(_cell(row, 3)) >= 0:
            raise FormatRefused("card_number", "account id: a card number; the file is to be quarantined", line=row[0], column=4)
        start = _instant(row, 1)
        _instant(row, 2)
        self._day, self._named, self._has_heading = f"{start:%Y-%m-%d}", _cell(row, 3)[:64], True

    def _columns(self, row: Row) -> None:
        self._layout = read_header(COLUMNS, row, first=1)
        self._has_heading = True

    def _footer(self, row: Row) -> None:
        places = [place for place in range(2, _width(row)) if _cell(row, place).upper() not in _SIDES]
        numbers = [_number(row, place) if _cell(row, place) else 0 for place in places]
        if len(numbers) < 5:
            raise FormatRefused("columns", "a footer without its totals and row count", line=row[0], column=_width(row) + 1)
        self._footers.close(_cell(row, 0).upper(), row[0], _cell(row, 1).upper(), numbers)

    def _count(self, row: Row) -> None:
        self._footers.close_count(_cell(row, 0).upper(), row[0], _number(row, _width(row) - 1))

    def _body(self, row: Row) -> Iterator[PspLine]:
        if self._layout is None:
            raise FormatRefused("structure", "a body row before the column headings (CH)", line=row[0], column=1)
        record = to_record(self._layout, row)
        self._rows += 1
        currency, fee_currency = record.currency("currency"), record.text("fee_currency") and record.currency("fee_currency")
        is_credit, gross = _side(record, "side", "gross"), _hundredths(record, "gross")
        fee_is_credit, fee = _side(record, "fee_side", "fee"), _hundredths(record, "fee")
        self._footers.count(
            currency, gross=gross, is_credit=is_credit, fee_currency=fee_currency or currency, fee=fee, fee_is_credit=fee_is_credit
        )
        signed = _minor(record, "gross", currency, gross if is_credit else -gross)
        cost = _minor(record, "fee", fee_currency or currency, -fee if fee_is_credit else fee)
        is_apart = bool(cost) and fee_currency not in ("", currency)
        line = self._line(record, currency, signed, 0 if is_apart else cost)
        yield line
        if line.kind == "transfer" and line.net_minor:
            yield moved(line, net_minor=-line.net_minor, line_type=_BALANCE)
        if is_apart:
            yield self._fee_apart(record, fee_currency, cost)

    def _line(self, row: Record, currency: str, gross: int, fee: int) -> PspLine:
        event = row.text("event").upper()
        if not event:
            raise row.refuse("event", "type", "is empty")
        kind, reverses = kind_of(event, is_credit=gross > 0)
        at = _completed(row)
        transaction, parent = row.batch("transaction"), row.id("parent")
        reference, other = _references(row)
        return psp_line(
            line_number=row.number, raw=row.raw, merchant_account=account_of(self._named, self._names),
            batch_number=_withdrawal(row) if kind == "transfer" else self._batch(at),
            line_type=event[:60], kind=kind, reverses=reverses, created_at=at.astimezone(UTC), net_currency=currency,
            net_minor=gross - fee, gross_minor=gross, commission_minor=fee, psp_reference=parent or transaction,
            modification_reference=_object(kind, event, transaction, parent), merchant_reference=reference,
            modification_merchant_reference=other, payment_method="paypal",
            payout_reference=row.batch("bank", 64) if kind == "transfer" else "",
            dispute_reference=parent if kind == "chargeback" else "",
        )  # fmt: skip

    def _batch(self, at: datetime) -> str:
        """The section's day in the account's own zone, else the row's; a report of several files has one batch in each."""
        return f"{self._day or at.date().isoformat()}{self._part}"

    def _fee_apart(self, row: Record, currency: str, fee: int) -> PspLine:
        """A fee taken in another currency than its payment: a movement of that currency."""
        at = _completed(row)
        return psp_line(
            line_number=row.number, raw=row.raw, merchant_account=account_of(self._named, self._names),
            batch_number=self._batch(at), line_type=row.text("event").upper()[:60], kind="fee",
            created_at=at.astimezone(UTC), net_currency=currency, net_minor=-fee, gross_minor=-fee, psp_reference=row.batch("transaction"),
            modification_reference=f"{row.text('event').upper()} fee in {currency}",
        )  # fmt: skip


def _object(kind: str, event: str, transaction: str, parent: str) -> str:
    """The PSP's id of what moved: of a fee its text, of a dispute's movements the payment, which all of them name."""
    if kind == "fee":
        return f"{event} {SAID.get(event, 'fee')}"
    is_dispute = kind == "chargeback" or event == "T1202"
    return (parent or transaction) if is_dispute else transaction


def _withdrawal(row: Record) -> str:
    """A transfer between PayPal and the bank is a batch of its own, by its transaction."""
    number = row.batch("transaction") or row.batch("bank")
    if not number:
        raise row.refuse("transaction", "columns", "a transfer without its id")
    return number


def _references(row: Record) -> tuple[str, str]:
    """Our reference and a second one: Invoice ID, or the Custom Field where that is ours in form and the invoice is not."""
    invoice, custom = row.id("invoice")[:120], row.id("custom")[:120]
    swapped = bool(_OURS.fullmatch(custom)) and not _OURS.fullmatch(invoice)
    return (custom, invoice) if swapped else (invoice or custom, custom)


def _side(row: Record, name: str, amount: str) -> bool:
    """Whether it is a credit. Empty only where there is no amount."""
    said = row.text(name).upper()
    if said in _SIDES:
        return _SIDES[said]
    if not said and not row.text(amount).strip("0"):
        return True
    raise row.refuse(name, "type", f"{said[:20]!r} is neither CR nor DR")


def _hundredths(row: Record, name: str) -> int:
    text = row.text(name) or "0"
    if not _NUMBER.fullmatch(text):
        raise row.refuse(name, "amount", f"{text[:40]!r} is not an amount in hundredths, without sign or decimal point")
    return int(text)


def _minor(row: Record, name: str, currency: str, hundredths: int) -> int:
    """Minor units: every amount stands in hundredths, also of currencies without decimals ("100,00 yen" is 10000)."""
    exponent = row.exponent("currency", currency)
    if exponent >= 2:
        return hundredths * int(10 ** (exponent - 2))
    unit = int(10 ** (2 - exponent))
    if hundredths % unit:
        raise row.refuse(name, "amount", f"{hundredths} hundredths are no whole {currency}")
    return hundredths // unit


def _completed(row: Record) -> datetime:
    name = "completed" if row.text("completed") else "begun"
    found = _read_instant(row.text(name))
    if found is None:
        raise row.refuse(name, "date", f"{row.text(name)[:40]!r} is not a date and time like 2026/01/06 00:00:30 -0800")
    return found


def _instant(row: Row, place: int) -> datetime:
    found = _read_instant(_cell(row, place))
    if found is None:
        message = f"{_cell(row, place)[:40]!r} is not a date and time like 2026/01/06 00:00:30 -0800"
        raise FormatRefused("date", message, line=row[0], column=place + 1)
    return found


def _read_instant(text: str) -> datetime | None:
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    offset = timedelta(hours=int(found[8]), minutes=int(found[9]))
    try:
        instant = datetime(*(int(part) for part in found.groups()[:6]), tzinfo=timezone(-offset if found[7] == "-" else offset))  # type: ignore[arg-type,misc]
        to_utc(instant)  # a year that can't be
    except ValueError:
        return None
    return instant


def _number(row: Row, place: int) -> int:
    text = _cell(row, place)
    if not _NUMBER.fullmatch(text):
        raise FormatRefused("amount", f"{text[:40]!r} is not a number", line=row[0], column=place + 1)
    return int(text)


def _cell(row: Row, place: int) -> str:
    return row[2][place].strip() if place < len(row[2]) else ""


def _width(row: Row) -> int:
    """Cells up to the last that is not empty."""
    return next((place for place in range(len(row[2]), 0, -1) if row[2][place - 1].strip()), 0)
