"""A bank's statement as CSV, by a column map: one line a row, with the balance behind it or without.

Opening and closing come from the printed balances; where a file has none, it is readable but not accepted, for `bank` must equal a
statement that says its balance (R2). One file may hold several accounts and currencies.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from reconciliation.formats.column_map import ColumnMap, built_in_maps
from reconciliation.formats.column_rows import NO_LINE, MappedRow, choose_map
from reconciliation.formats.references import find_payout_references, squeeze
from reconciliation.formats.running_balance import RunningBalance
from reconciliation.formats.statement_book import Balance, StatementBook, Tally
from reconciliation.formats.values import BankLine, Check, FormatRefused, ReadResult

_MOST_ACCOUNTS = 1000


@dataclass(slots=True)
class _Page:
    """One account and currency of the file."""

    tally: Tally
    balance: RunningBalance = field(default_factory=RunningBalance)
    first_day: date = date.max
    last_day: date = date.min


class CsvBankReader:
    """Streams BankLine; see values.Reader. `maps`: the column maps to choose from, by default those that come with the product."""

    takes_maps = True

    def __init__(self, file: BinaryIO, *, account: Collection[str] = (), maps: Sequence[ColumnMap] = ()) -> None:
        self.encoding = ""
        self._file, self._account, self._maps = file, tuple(account), tuple(maps) or built_in_maps("csv_bank")
        self._book, self._pages, self._done = StatementBook(account), dict[tuple[str, str], _Page](), False

    def __iter__(self) -> Iterator[BankLine]:
        mapped = choose_map(self._file, self._maps)
        self.encoding = mapped.encoding
        for row in mapped.rows(self._file):
            yield self._read(row)
        if not self._pages:
            raise FormatRefused("empty", "there is no row after the header", line=mapped.header_line, column=1)
        for page in self._pages.values():
            self._close(page)
        self._done = True

    def finish(self) -> ReadResult:
        """Statements, totals and checks. Raises LookupError before the last line was read."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        return self._book.result(self.encoding)

    def _read(self, row: MappedRow) -> BankLine:
        currency, booked = row.currency("currency"), row.day("booking_date")
        if booked is None:
            raise row.refuse("booking_date", "date", f"empty{NO_LINE}")
        amount = row.signed("amount", currency)
        if amount is None:
            raise row.refuse("amount", "amount", f"empty{NO_LINE}")
        page = self._page(row, currency)
        charge = abs(row.amount("fee", currency) or 0)  # a cost, however it is printed: the balance behind the line proves it
        amount -= charge
        line = _line(row, page.tally.index, currency, booked, amount, charge)
        page.tally.add(line)
        page.balance.add(row.number, amount, row.amount("balance", currency), booked)
        page.first_day, page.last_day = min(page.first_day, booked), max(page.last_day, booked)
        return line

    def _page(self, row: MappedRow, currency: str) -> _Page:
        """Where the file names no account, it is the one that it was given for."""
        account = row.text("account") or next(iter(self._account), "")
        page = self._pages.get((account, currency))
        if page is None:
            if len(self._pages) >= _MOST_ACCOUNTS:
                raise row.refuse("account", "too_long", f"more than {_MOST_ACCOUNTS} accounts in a file")
            tally = Tally(index=len(self._pages) + 1, line_number=row.number, account_ref=account, currency=currency)
            page = self._pages[account, currency] = _Page(tally)
        return page

    def _close(self, page: _Page) -> None:
        tally, balance = page.tally, page.balance
        if balance.opening is not None and balance.closing is not None:
            tally.opening = Balance(balance.opening, tally.currency, page.first_day)
            tally.closing = Balance(balance.closing, tally.currency, page.last_day)
            breaks, where = balance.breaks, f"{tally.describe()}: the balance behind each line"
            if breaks.count:
                where = f"{where}, {breaks.count} wrong, the first in line {breaks.line}"
            self._book.checks.append(Check("sequence", not breaks.count, breaks.expected, breaks.actual, where))
        self._book.close(tally)


def _line(row: MappedRow, index: int, currency: str, booked: date, amount: int, charge: int) -> BankLine:
    narrative, references = row.text("narrative"), (row.text("end_to_end_id"), row.text("customer_reference"), row.text("bank_reference"))
    searched = squeeze(narrative, *references)
    return BankLine(
        line_number=row.number,
        statement_index=index,
        status="BOOK",
        kind="debit" if amount < 0 else "credit",
        amount_minor=amount,
        currency=currency,
        is_reversal=False,
        booking_date=booked,
        value_date=row.day("value_date") or booked,
        booked_at=None,
        bank_reference=references[2],
        customer_reference=references[1],
        end_to_end_id=references[0],
        transaction_code=row.text("transaction_code"),
        counterparty_name=row.text("counterparty_name"),
        counterparty_account=row.text("counterparty_account"),
        narrative=narrative,
        search_text=searched,
        payout_references=find_payout_references(searched),
        details=(),
        note="",
        raw=row.raw,
        charges_minor=charge,
    )
