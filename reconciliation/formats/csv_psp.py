"""A PSP's settlement report as CSV, by a column map (R1). A batch and net currency must come to zero with its payout.

Where a report has no row for the payout (`payout` is "computed"), the reader adds one transfer for what the rows come to; it stands on
the line of the batch's last row.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import BinaryIO

from reconciliation.formats.adyen_memos import Rates
from reconciliation.formats.amounts import AmountError
from reconciliation.formats.column_map import ColumnMap, built_in_maps
from reconciliation.formats.column_rows import Mapped, MappedRow, choose_map
from reconciliation.formats.column_schema import FEES
from reconciliation.formats.csv_table import type_key
from reconciliation.formats.payout_book import Group, PayoutBook, account_of, row_key, wrong_side
from reconciliation.formats.references import find_payout_references, squeeze
from reconciliation.formats.repeated_rows import RepeatedRows
from reconciliation.formats.values import FormatRefused, PspLine, ReadResult

_LONGEST_BATCH = 32  # as the batch's number is stored
_MOST_BATCHES = 10_000
_ITEMS = frozenset({"sale", "refund", "payout", "chargeback", "reversal"})


class CsvPspReader:
    """Streams PspLine; see values.Reader. `maps`: the column maps to choose from, by default those that come with the product."""

    takes_maps = True

    def __init__(self, file: BinaryIO, *, account: Collection[str] = (), maps: Sequence[ColumnMap] = ()) -> None:
        self.encoding = ""
        self._file, self._account, self._maps = file, tuple(account), tuple(maps) or built_in_maps("csv_psp")
        self._book, self._rates, self._references = PayoutBook(), Rates(), dict[Group, str]()
        self._named = self._done = False

    def __iter__(self) -> Iterator[PspLine]:
        mapped = choose_map(self._file, self._maps)
        self.encoding, self._named = mapped.encoding, mapped.map.has("merchant_account")
        repeated = RepeatedRows(self._file) if mapped.map.payout == "computed" else None
        for row in mapped.rows(self._file):
            line = self._take(row, self._read(row, mapped))
            if repeated:
                repeated.add(row_key(line))
            yield line
        if not self._book.rows:
            raise FormatRefused("empty", "there is no row after the header", line=mapped.header_line, column=1)
        if repeated:
            repeated.refuse((row.number, row.raw) for row in mapped.rows(self._file))
            for group in list(self._book.last):
                reference = self._references.get(group, group[1])
                yield from self._book.close(group, kind="transfer", line_type="computed payout", payout_reference=reference)
        self._done = True

    def finish(self) -> ReadResult:
        """Totals, one statement per batch and currency, checks. Raises LookupError before the last line was read."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        return self._book.result(encoding=self.encoding, account=self._account, named=self._named)

    def _take(self, row: MappedRow, line: PspLine) -> PspLine:
        """Counts a line into its batch, and holds its gross, fees and net against each other."""
        group = (line.merchant_account, line.batch_number, line.net_currency)
        if group not in self._book.last and len(self._book.last) >= _MOST_BATCHES:
            raise row.refuse("batch_number", "too_long", f"more than {_MOST_BATCHES} batches in a file")
        if reference := row.text("payout_reference"):
            self._references[group] = reference
        if line.gross_currency == line.net_currency and line.gross_minor:
            expected = line.gross_minor - line.fees_minor
            if expected != line.net_minor:
                self._book.differ(line_number=line.line_number, expected=expected, actual=line.net_minor)
        return self._book.add(line)

    def _read(self, row: MappedRow, mapped: Mapped) -> PspLine:
        line_type = row.text("line_type")
        if not line_type:
            raise row.refuse("line_type", "type", "empty")
        kind, reverses = mapped.map.kinds.get(type_key(line_type), ("unknown", ""))
        gross_currency = row.currency("gross_currency")
        net_currency = row.currency("net_currency") if row.text("net_currency") else gross_currency
        fees = {name: _fee(row, name, net_currency, mapped.map.fees) for name in FEES}
        gross, net = _amounts(row, kind, gross_currency, net_currency, sum(fees.values()))
        if mapped.map.sign.rule == "signed" and mapped.map.sign.printed != "keep":
            _refuse_wrong_side(row, kind, gross)
        return PspLine(
            line_number=row.number,
            merchant_account=self._merchant(row),
            psp_reference=row.id("psp_reference"),
            modification_reference=_object(row, kind, reverses),
            merchant_reference=row.text("merchant_reference"),
            modification_merchant_reference=row.text("modification_merchant_reference"),
            line_type=line_type,
            kind=kind,
            reverses=reverses,
            direction="debit" if (gross or net) < 0 else "credit",
            gross_currency=gross_currency,
            gross_minor=gross,
            commission_minor=fees["commission"],
            markup_minor=fees["markup"],
            scheme_fee_minor=fees["scheme_fee"],
            interchange_minor=fees["interchange"],
            net_currency=net_currency,
            net_minor=net,
            exchange_rate=self._rate(row),
            created_at=row.instant("created_at"),
            booking_date=row.day("booking_date"),
            batch_number=_batch_number(row),
            payment_method=row.text("payment_method"),
            payment_method_variant=row.text("payment_method_variant"),
            payout_reference=_payout_reference(row) if kind == "transfer" else "",
            dispute_reference=row.text("dispute_reference"),
            note="",
            raw=row.raw,
            tax_minor=fees["tax"],
        )

    def _merchant(self, row: MappedRow) -> str:
        """Where the file names no account, it is the one that it was given for."""
        name = account_of(row.text("merchant_account"), self._account)
        if not name and self._named:
            raise row.refuse("merchant_account", "columns", "empty, and no account was given with the file")
        return name

    def _rate(self, row: MappedRow) -> str:
        try:
            return self._rates[row.text("exchange_rate")]
        except AmountError as error:
            raise row.refuse("exchange_rate", "amount", str(error)) from None


def _fee(row: MappedRow, name: str, currency: str, sign: str) -> int:
    """Positive where it costs us."""
    fee = row.amount(name, currency) or 0
    return abs(fee) if sign == "cost_either" else -fee if sign == "cost_negative" else fee


def _amounts(row: MappedRow, kind: str, gross_currency: str, net_currency: str, fees: int) -> tuple[int, int]:
    """Gross and net; where a file has only one of them, in one currency, the other follows from the fees. What is no item of ours, such
    as a transfer, may have no gross at all."""
    gross = row.signed("gross", gross_currency, prefix="gross_")
    net = row.signed("net", net_currency, prefix="net_")
    if gross is None and net is None:
        raise row.refuse("gross", "amount", "neither gross nor net")
    if net is None and gross_currency != net_currency:
        raise row.refuse("net", "amount", f"empty, and gross is in {gross_currency}")
    if net is None and gross is not None:
        return gross, gross - fees
    if gross is None and kind in _ITEMS and gross_currency != net_currency:
        raise row.refuse("gross", "amount", f"empty, and net is in {net_currency}")
    if gross is None and net is not None and kind in _ITEMS:
        return net + fees, net
    return gross or 0, net or 0


def _refuse_wrong_side(row: MappedRow, kind: str, gross: int) -> None:
    if why := wrong_side(kind, gross, row.text("line_type")[:40]):
        message = (
            f"{why}; where amounts are printed without signs, the map needs the rule 'indicator' with the column of the type; where the"
            ' sign means what it says, "printed": "keep" beside the rule'
        )
        raise row.refuse("gross" if row.text("gross") else "net", "amount", message)


def _batch_number(row: MappedRow) -> str:
    number = row.text("batch_number")
    if not number or len(number) > _LONGEST_BATCH:
        message = f"{number[:40]!r} is not a batch number of 1 to {_LONGEST_BATCH} characters"
        raise row.refuse("batch_number", "columns", message)
    return number


def _object(row: MappedRow, kind: str, reverses: str) -> str:
    """The PSP's object that the line is about: of a chargeback its case, where the report has a column of its own for it."""
    is_dispute = "chargeback" in (kind, reverses)
    return row.id("dispute_reference") if is_dispute and row.text("dispute_reference") else row.id("modification_reference")


def _payout_reference(row: MappedRow) -> str:
    """What the PSP says to the bank with a transfer: its own column, else a TX…XT in the row's reference."""
    return row.text("payout_reference") or next(iter(find_payout_references(squeeze(row.text("modification_reference")))), "")
