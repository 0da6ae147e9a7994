"""Stripe payout reconciliation, itemised (CSV): one row per balance transaction, grouped by the payout that paid it.

Amounts are signed major units. The rows of a payout, the payout's own row among them, must come to zero; real files break this: then
the file is readable, and its batch not accepted. Rows of an account without automatic payouts name none: their value stays in Stripe's
balance (batch balance-<day>), and each manual payout takes its amount from there.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import BinaryIO, ClassVar

from reconciliation.formats.csv_rows import iter_rows
from reconciliation.formats.csv_table import Layout, Record, header_key, read_header, to_record
from reconciliation.formats.payout_book import Group, PayoutBook, account_of, psp_line, row_key, wrong_side
from reconciliation.formats.repeated_rows import RepeatedRows
from reconciliation.formats.stripe_columns import COLUMNS, KINDS, METADATA, TAXES
from reconciliation.formats.values import FormatRefused, PspLine, ReadResult
from reconciliation.formats.zones import get_zone

_BALANCE = "balance-"
_TRACED = ("", "supported")
_RETURNED = "-ret"  # of a payout's id: the batch of its money that came back


class StripePayoutReader:
    """Streams PspLine; see values.Reader. `zone`: of times in columns without _utc, as the report was asked for."""

    takes_zone: ClassVar[bool] = True
    encoding = "utf-8"

    def __init__(self, file: BinaryIO, *, account: Collection[str] = (), zone: str = "UTC") -> None:
        self._file, self._names, self._zone = file, tuple(account), get_zone(zone)
        self._account, self._book, self._done = account_of("", account), PayoutBook(), False
        self._metadata: tuple[int, ...] = ()
        self._alone: set[Group] = set()  # payouts whose own row says no automatic payout
        self._repeated = RepeatedRows(file)

    def __iter__(self) -> Iterator[PspLine]:
        rows = iter_rows(self._file)
        header = next(rows, None)
        if header is None:
            raise FormatRefused("empty", "the file is empty", line=1, column=1)
        layout = read_header(COLUMNS, header)
        if not {"created", "created_utc"} & layout.index.keys():
            raise FormatRefused("header", f"not a {COLUMNS.what}: no column created_utc or created", line=header[0], column=1)
        self._metadata = tuple(place for place, cell in enumerate(header[2]) if header_key(cell).startswith(METADATA))
        for row in rows:
            record = to_record(layout, row)
            line = self._line(record)
            self._repeated.add(record.text("balance_transaction") or row_key(line))
            yield self._book.add(line)
        if not self._book.rows:
            raise FormatRefused("empty", "there is no row after the header", line=header[0], column=1)
        yield from self._close(layout)
        self._done = True

    def finish(self) -> ReadResult:
        """Totals, one statement per payout and currency, checks. Raises LookupError before the last line was read."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        return self._book.result(encoding=self.encoding, account=self._names, named=False)

    def _line(self, row: Record) -> PspLine:
        category = row.text("category") or row.text("type")
        if not category:
            raise row.refuse("category", "type", "is empty")
        kind, reverses = KINDS.get(category.lower(), ("unknown", ""))
        currency = row.currency("currency")
        exponent = row.exponent("currency", currency)
        gross, fee, net = (row.amount(name, exponent) for name in ("gross", "fee", "net"))
        if gross - fee != net:
            self._book.differ(line_number=row.number, expected=gross - fee, actual=net)
        created = self._instant(row, "created")
        made = created if kind != "transfer" else self._instant(row, "effective") or self._instant(row, "available") or created
        if made is None or created is None:
            raise row.refuse("created_utc", "date", "is empty")
        tax = -net - fee if category.lower() in TAXES else 0
        charged_currency, charged = _charged(row, kind, currency, gross + tax)
        batch = self._batch(row, kind, reverses, created)
        if why := wrong_side(kind, gross, category):
            message = f"{why}, and no row of the payout proves it: load the report as Stripe makes it, where every amount has its sign"
            self._book.doubts.setdefault((self._account, batch, currency), row.refuse("gross", "amount", message))
        if kind == "transfer" and batch != row.text("payout"):
            self._alone.add((self._account, batch, currency))
        return psp_line(
            line_number=row.number, raw=row.raw, merchant_account=self._account, batch_number=batch,
            line_type=category[:60], kind=kind, reverses=reverses, created_at=made, net_currency=currency, net_minor=net,
            gross_currency=charged_currency, gross_minor=charged, commission_minor=fee, tax_minor=tax,
            psp_reference=row.id("payment") or row.id("charge") or row.id("source"),
            modification_reference=_object(row, kind, category), merchant_reference=self._reference(row),
            modification_merchant_reference=row.id("refund_reference") or (row.id("capture_reference") if kind == "sale" else ""),
            payment_method=row.text("method")[:40] or row.text("card_brand")[:40], payment_method_variant=row.text("card_brand")[:40],
            payout_reference=row.batch("trace", 64) if kind == "transfer" and row.text("trace_status").lower() in _TRACED else "",
            dispute_reference=row.id("dispute") or (row.id("source") if kind == "chargeback" else ""),
        )  # fmt: skip

    def _batch(self, row: Record, kind: str, reverses: str, created: datetime) -> str:
        """The payout that paid the row; a manual payout is its own; else the day's balance."""
        payout = row.batch("payout")
        if kind != "transfer":
            return payout or f"{_BALANCE}{created.astimezone(self._zone):%Y-%m-%d}"
        own = row.batch("source", 32 - len(_RETURNED))
        if reverses and payout in ("", own):
            return f"{own}{_RETURNED}"
        if not (payout or own):
            raise row.refuse("source", "columns", "a payout without its id")
        return payout or own

    def _instant(self, row: Record, name: str) -> datetime | None:
        """The UTC column where it is filled, else the one in the report's zone; None where both are empty."""
        if row.text(f"{name}_utc"):
            return row.instant(f"{name}_utc", UTC)
        return row.instant(name, self._zone) if row.text(name) else None

    def _reference(self, row: Record) -> str:
        """Our reference from the payment's metadata: the field that our adapter writes, else the first that holds anything."""
        ours = row.id("merchant_reference")
        found = ours or next((row.cells[place].strip() for place in self._metadata if row.cells[place].strip()), "")
        return found[:120]

    def _close(self, layout: Layout) -> Iterator[PspLine]:
        """What each day leaves in Stripe's balance, and what a payout without rows of its own takes from it; and, where the report leaves
        the payouts' own rows out altogether, each payout: it is what its rows come to, by Stripe's definition."""
        with_rows = {key[:3] for key in self._book.sums if key[3] != "transfer"}
        if any(group[1].startswith(_BALANCE) for group in self._book.last) or not self._book.payouts:
            self._repeated.refuse(self._keys(layout))
        has_payouts = bool(self._book.payouts)  # one that came back is none: it is paid out again with the rows of a later one
        for group in list(self._book.last):
            if group[1].startswith(_BALANCE) or (group in self._alone and group not in with_rows):
                yield from self._book.close(group, kind="balance_transfer", line_type="Stripe balance")
            elif not has_payouts:
                yield from self._book.close(group, kind="transfer", line_type="sum of its rows")

    def _keys(self, layout: Layout) -> Iterator[tuple[int, str]]:
        """Of all rows, read again: Stripe's id of the movement, or all that the row says."""
        self._file.seek(0)
        rows = iter_rows(self._file)
        next(rows)
        for record in (to_record(layout, row) for row in rows):
            yield record.number, record.text("balance_transaction") or record.raw


def _object(row: Record, kind: str, category: str) -> str:
    """The PSP's id of what moved; of a fee its text."""
    if kind == "fee":
        return (row.text("description") or category)[:200]
    if kind == "sale":
        return row.id("charge") or row.id("source")
    return row.id("source") or row.id("dispute") or row.id("refund")


def _charged(row: Record, kind: str, currency: str, gross: int) -> tuple[str, int]:
    """What the customer saw, signed as the row, where it was in another currency; else the row's own gross."""
    other = row.text("charged_currency").upper()
    if kind not in ("sale", "refund", "chargeback", "reversal") or not other or other == currency or not row.text("charged"):
        return currency, gross
    amount = abs(row.amount("charged", row.exponent("charged_currency", other)))
    return other, -amount if gross < 0 else amount
