"""Checkout.com payouts (CSV): one row per payout with the amount that is sent to the bank.

It states no movement: nothing of it is posted. It is the control of the settlement breakdown, whose rows may differ from the payout by
0.01 because fees below the smallest unit are rounded once per payout.
"""

from collections.abc import Collection, Iterator
from datetime import UTC
from typing import BinaryIO

from reconciliation.formats.checkout_columns import PAYOUTS
from reconciliation.formats.csv_rows import iter_rows
from reconciliation.formats.csv_table import Record, records
from reconciliation.formats.payout_book import PayoutBook, account_of, psp_line
from reconciliation.formats.values import Check, PspLine, ReadResult, Statement


class CheckoutPayoutsReader:
    """Streams PspLine of kind `transfer`; see values.Reader. Its statements state each payout as `closing_minor`; it has no batches."""

    encoding = "utf-8"

    def __init__(self, file: BinaryIO, *, account: Collection[str] = ()) -> None:
        self._file, self._names = file, tuple(account)
        self._book, self._named, self._done = PayoutBook(), False, False
        self._twice = 0  # line on which a payout is stated a second time

    def __iter__(self) -> Iterator[PspLine]:
        for row in records(PAYOUTS, iter_rows(self._file)):
            line = self._line(row)
            if (line.merchant_account, line.batch_number, line.net_currency) in self._book.last:
                self._twice = self._twice or row.number
            yield self._book.add(line)
        self._done = True

    def finish(self) -> ReadResult:
        """Totals, one statement per payout, checks. Raises LookupError before the last line was read."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        found = self._book.result(encoding=self.encoding, account=self._names, named=self._named)
        checks = tuple(check for check in found.checks if check.name == "account_matches")
        once = Check("sequence", not self._twice, None, self._twice or None, "every payout is stated once")
        statements = tuple(_stated(each, -self._book.last[each.account_ref, each.number, each.currency][2]) for each in found.statements)
        return ReadResult(self.encoding, found.lines, statements, found.totals, (*checks, once))

    def _line(self, row: Record) -> PspLine:
        currency, payout, named = row.currency("currency"), row.batch("payout"), row.id("entity")
        if not payout:
            raise row.refuse("payout", "columns", "is empty")
        self._named = self._named or bool(named)
        amount = row.amount("amount", row.exponent("currency", currency))
        return psp_line(
            line_number=row.number, raw=row.raw, merchant_account=account_of(named, self._names), batch_number=payout,
            line_type=row.text("status")[:60] or "Payout", kind="transfer", created_at=row.instant("paid", UTC), net_currency=currency,
            net_minor=-amount, payout_reference=payout, modification_reference=payout,
        )  # fmt: skip


def _stated(statement: Statement, payout_minor: int) -> Statement:
    return Statement(
        index=statement.index, account_ref=statement.account_ref, number=statement.number, currency=statement.currency,
        opening_minor=None, closing_minor=payout_minor, lines=statement.lines, line_number=statement.line_number,
    )  # fmt: skip
