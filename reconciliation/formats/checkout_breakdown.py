"""Checkout.com settlement breakdown (CSV): every movement of a payout, with its fees by component.

Net = Gross + Deduction, all signed major units; the deduction is what the five component columns add up to, but of a "Merchant Payout"
row, which is the fee of the payout and has none. The report has no row for the transfer itself: a payout is what its rows come to.
Fees below the smallest unit are kept in sum: each line is rounded so that the lines of a payout add up to its exact sum, rounded once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import BinaryIO, ClassVar

from reconciliation.formats.adyen_memos import Rates
from reconciliation.formats.amounts import AmountError
from reconciliation.formats.checkout_columns import BREAKDOWN, CHARGEBACKS, COMPONENTS, FEES, KINDS, REVERSALS
from reconciliation.formats.csv_rows import iter_rows
from reconciliation.formats.csv_table import Record, header_key, records
from reconciliation.formats.payout_book import PayoutBook, account_of, psp_line, row_key, wrong_side
from reconciliation.formats.repeated_rows import RepeatedRows
from reconciliation.formats.values import PspLine, ReadResult
from reconciliation.formats.zones import get_zone

_BELOW = 6  # digits below the smallest unit that are still read
_UNIT = 1_000_000  # of them in one
_ITEMS = ("sale", "refund", "payout", "chargeback", "reversal")


class CheckoutBreakdownReader:
    """Streams PspLine; see values.Reader. `zone`: the settlement time zone of the entity, in which times are stated."""

    takes_zone: ClassVar[bool] = True
    encoding = "utf-8"

    def __init__(self, file: BinaryIO, *, account: Collection[str] = (), zone: str = "UTC") -> None:
        self._file, self._names, self._zone = file, tuple(account), get_zone(zone)
        self._book, self._named, self._done = PayoutBook(), False, False
        self._exact: dict[tuple[str, str], int] = defaultdict(int)
        self._rates, self._repeated = Rates(), RepeatedRows(file)

    def __iter__(self) -> Iterator[PspLine]:
        for row in records(BREAKDOWN, iter_rows(self._file)):
            for place, line in enumerate(self._lines(row)):
                self._repeated.add("" if place else row_key(line))
                yield self._book.add(line, is_row=not place)
        self._repeated.refuse(self._keys())
        for group in list(self._book.last):
            yield from self._book.close(group, kind="transfer", line_type="sum of its rows", payout_reference=group[1])
        self._done = True

    def finish(self) -> ReadResult:
        """Totals, one statement per payout and currency, checks. Raises LookupError before the last line was read."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        return self._book.result(encoding=self.encoding, account=self._names, named=self._named)

    def _keys(self) -> Iterator[tuple[int, str]]:
        """Of all rows, read again: all that the row says."""
        self._file.seek(0)
        return ((number, raw) for number, raw, _ in iter_rows(self._file))

    def _lines(self, row: Record) -> Iterator[PspLine]:
        """A row's line; what it withholds as reserve is a line of its own beside it."""
        currency, payout = row.currency("currency"), row.batch("payout")
        if not payout:
            raise row.refuse("payout", "columns", "is empty: the row is in no payout yet")
        exact = self._amounts(row, row.exponent("currency", currency) + _BELOW)
        kind, reverses = _kind(row, exact["gross"])
        if why := wrong_side(kind, exact["gross"], row.text("type")[:40]):
            raise row.refuse("gross", "amount", f"{why}; load the report as Checkout.com makes it, where every amount has its sign")
        self._compare(row, exact)
        reserve = exact["reserve"] if kind != "reserve" else 0
        net = self._take((payout, currency), exact["net"] - reserve)
        yield self._line(row, kind, reverses, currency, net, exact)
        if reserve:
            held = self._take((payout, currency), reserve)
            yield psp_line(
                line_number=row.number, raw=row.raw, merchant_account=self._account(row), batch_number=payout, line_type="Reserve",
                kind="reserve", created_at=self._at(row), net_currency=currency, net_minor=held, gross_minor=held,
                psp_reference=row.id("payment"),
            )  # fmt: skip

    def _line(self, row: Record, kind: str, reverses: str, currency: str, net: int, exact: dict[str, int]) -> PspLine:
        scheme, interchange, tax = (_rounded(-exact[name]) for name in ("scheme", "interchange", "tax"))
        fees = scheme + interchange + tax
        if kind in _ITEMS:
            gross = _whole(row, exact["gross"])
            commission = gross - net - fees
        else:
            commission = _rounded(-exact["processing"])
            gross = net + fees + commission
        charged_currency, charged, rate = self._charged(row, kind, currency, gross)
        return psp_line(
            line_number=row.number, raw=row.raw, merchant_account=self._account(row), batch_number=row.batch("payout"),
            line_type=row.text("type")[:60], kind=kind, reverses=reverses, created_at=self._at(row), net_currency=currency, net_minor=net,
            gross_currency=charged_currency, gross_minor=charged, commission_minor=commission,
            scheme_fee_minor=scheme, interchange_minor=interchange, tax_minor=tax, exchange_rate=rate, psp_reference=row.id("payment"),
            modification_reference=row.text("type")[:200] if kind == "fee" else row.id("action") or row.id("payment"),
            merchant_reference=row.id("reference")[:120], modification_merchant_reference=row.id("reference")[:120],
            payment_method=row.text("method")[:40], dispute_reference=row.id("action") if kind == "chargeback" else "",
        )  # fmt: skip

    def _amounts(self, row: Record, digits: int) -> dict[str, int]:
        return {name: row.amount(name, digits) for name in ("gross", "deduction", "net", *COMPONENTS)}

    def _compare(self, row: Record, exact: dict[str, int]) -> None:
        """Both rules of a row; the second not for the payout's own fee, nor where the file has no components."""
        expected = exact["gross"] + exact["deduction"]
        parts = sum(exact[name] for name in COMPONENTS)
        if expected != exact["net"]:
            self._book.differ(line_number=row.number, expected=_rounded(expected), actual=_rounded(exact["net"]))
        elif any(map(row.has, COMPONENTS)) and parts != exact["deduction"] and header_key(row.text("type")) != "merchant payout":
            self._book.differ(line_number=row.number, expected=_rounded(parts), actual=_rounded(exact["deduction"]))

    def _charged(self, row: Record, kind: str, currency: str, gross: int) -> tuple[str, int, str]:
        """What the player was charged, where it was in another currency, with the rate applied."""
        other = row.text("charged_currency").upper()
        if kind not in _ITEMS or not other or other == currency or not row.text("charged"):
            return currency, gross, ""
        amount = row.amount("charged", row.exponent("charged_currency", other))
        try:
            return other, amount, self._rates[row.text("rate")]
        except AmountError as error:
            raise row.refuse("rate", "amount", str(error)) from None

    def _take(self, group: tuple[str, str], exact: int) -> int:
        """Whole units of a line: the rounded sum with it, less the rounded sum without it."""
        before = _rounded(self._exact[group])
        self._exact[group] += exact
        return _rounded(self._exact[group]) - before

    def _account(self, row: Record) -> str:
        named = row.id("entity")
        self._named = self._named or bool(named)
        return account_of(named, self._names)

    def _at(self, row: Record) -> datetime:
        return row.instant("available" if row.text("available") else "processed", self._zone)


def _kind(row: Record, gross: int) -> tuple[str, str]:
    """Kind, and what a reversal undoes. A chargeback goes by the sign of its gross; one without gross is its fee."""
    said, subtype = header_key(row.text("type")), row.text("subtype").lower()
    if not said:
        raise row.refuse("type", "type", "is empty")
    if said.endswith(FEES):
        return "fee", ""
    if "chargeback" in said or said in CHARGEBACKS or subtype in CHARGEBACKS:
        return ("chargeback", "") if gross < 0 else ("reversal", "chargeback") if gross else ("fee", "")
    return ("reversal", REVERSALS[said]) if said in REVERSALS else (KINDS.get(said, "unknown"), "")


def _whole(row: Record, exact: int) -> int:
    """The gross of an item: it has no digits below the smallest unit."""
    if exact % _UNIT:
        raise row.refuse("gross", "amount", "has digits below the smallest unit")
    return exact // _UNIT


def _rounded(exact: int) -> int:
    """Whole units, halves away from zero."""
    whole = (abs(exact) + _UNIT // 2) // _UNIT
    return whole if exact >= 0 else -whole
