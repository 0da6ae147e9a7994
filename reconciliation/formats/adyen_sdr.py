"""Adyen settlement details report (CSV), read by header names whatever their order and number.

docs.adyen.com/reporting/settlement-reconciliation/transaction-level/settlement-details-report. An account's report that does
not sum to zero per batch and net currency is readable but not accepted: its batch may not be posted (SETTLEMENT_BATCH_UNBALANCED).
"""

import re
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from ledger.card_numbers import find_card_number
from reconciliation.formats.adyen_batches import BatchBook
from reconciliation.formats.adyen_blocks import PlainBlocks
from reconciliation.formats.adyen_layout import LONGEST_BATCH, Layout, explain, read_header
from reconciliation.formats.adyen_memos import Memos
from reconciliation.formats.cards import CleanTexts, is_one_word
from reconciliation.formats.columns import PspColumns
from reconciliation.formats.csv_rows import Row, iter_blocks, iter_rows, split_block
from reconciliation.formats.csv_table import LONGEST_ID
from reconciliation.formats.references import find_payout_references, squeeze
from reconciliation.formats.values import Check, FormatRefused, PspLine, ReadResult

_BLOCK = 1 << 15  # bytes: its cells fit into a processor's own cache
_LONG = 2_000  # characters of a row in which an id may be too long
_ITEMS = frozenset({"sale", "refund", "payout", "chargeback", "reversal"})  # of other rows a gross of 0 says that there is none
_SPREADSHEET = re.compile(r"\d(\.\d+)?E\+\d+", re.ASCII)


class AdyenSdrReader:
    """Streams PspLine; see values.Reader. `account`: the merchant account codes that the file may carry, empty for any."""

    encoding = "utf-8"

    def __init__(self, file: BinaryIO, *, account: Collection[str] = ()) -> None:
        self._file, self._account = file, tuple(account)
        self._book, self._memos, self._lines, self._done = BatchBook(), Memos(), 0, False

    def __iter__(self) -> Iterator[PspLine]:
        rows = iter_rows(self._file)
        header = next(rows, None)
        if header is None:
            raise FormatRefused("empty", "the file is empty", line=1, column=1)
        layout = read_header(header[0], header[2])
        yield from self._read(rows, layout)
        if not self._lines:
            raise FormatRefused("empty", "there is no row after the header", line=header[0], column=1)
        self._done = True

    def parts(self, *, size: int = _BLOCK) -> Iterator[PspColumns | Iterator[PspLine]]:
        """The same lines for whoever takes many at once: plain blocks by columns, all others line by line. `size`: bytes of a block.

        Each part must be taken to its end before the next. What is wrong is refused as in the whole; its line may be that of its block.
        """
        layout: Layout | None = None
        for before, block in iter_blocks(self._file, size):
            rows = split_block(block, before)
            if layout is None:
                header = next(rows, None)
                if header is None:
                    continue
                layout = read_header(header[0], header[2])
                plain = PlainBlocks(layout, self._memos, self._book)
            elif (columns := plain.read(block, before + 1)) is not None:
                self._lines += len(columns.line_number)
                yield columns
                continue
            yield self._read(rows, layout)
        if not self._lines:
            raise FormatRefused("empty", "there is no row in the file", line=1, column=1)
        self._done = True

    def finish(self) -> ReadResult:
        """Totals, one statement per batch and currency, checks. Raises LookupError before the last line was read."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        batches = self._book.batches()
        checks = (*self._account_matches(), *self._book.checks(batches))
        return ReadResult(self.encoding, self._lines, self._book.statements(batches), self._book.totals(), checks, batches)

    def part_as_json(self) -> dict[str, Any]:
        """What a reader of one part of a file hands to the reader of the part before it. Raises LookupError before the last line."""
        if not self._done:
            raise LookupError("The part has not been read to its end.")
        return {"lines": self._lines, "book": self._book.as_json()}

    def join_part(self, part: dict[str, Any], *, lines_before: int) -> None:
        """Add what the reader of the next part found; `lines_before`: lines of the file before those that it counted."""
        self._lines += part["lines"]
        self._book.join(part["book"], lines_before)

    def _account_matches(self) -> tuple[Check, ...]:
        if not self._account:
            return ()
        seen = sorted({group[0] for group in self._book.first_lines})
        ours = {name.casefold() for name in self._account}
        stranger = next((name for name in seen if name.casefold() not in ours), "")
        where = f"column Merchant Account, {len(seen)} account(s)"
        return (Check("account_matches", not stranger, " or ".join(self._account), stranger or seen[0], where),)

    def _read(self, rows: Iterator[Row], layout: Layout) -> Iterator[PspLine]:
        """The loop that a million rows run through: one function on purpose, each text read once (adyen_memos)."""
        book, get, width, make = self._book, layout.get, layout.width, PspLine._make
        memos = self._memos
        currencies, kinds, zones, days, rates = memos.currencies, memos.kinds, memos.zones, memos.days, memos.rates
        get_repeated, arn = layout.get_repeated_text, layout.arn
        open_sums, is_clean = book.sums, CleanTexts()
        for number, raw, cells in rows:
            if len(cells) != width:
                raise _refuse_width(layout, number, len(cells))
            cells.append("")
            # fmt: off
            (account, psp, reference, created, zone, line_type, modification, gross_currency, gross_debit, gross_credit,
             net_currency, net_debit, net_credit, batch, method, rate, commission, markup, scheme, interchange, variant,
             modification_merchant, booked, dispute) = get(cells)
            # fmt: on
            try:
                gross_sums = currencies[gross_currency].sums
                net_sums, fees = currencies[net_currency]
                took, gave = gross_sums[gross_debit], gross_sums[gross_credit]
                debit, credit = net_sums[net_debit], net_sums[net_credit]
                commission_minor, markup_minor = fees[commission], fees[markup]
                scheme_minor, interchange_minor = fees[scheme], fees[interchange]
                kind, reverses = kinds[line_type]
                instant = zones[zone][created]
                day, exchange_rate = days[booked], rates[rate]
            except (ArithmeticError, LookupError, ValueError):
                raise explain(layout, number, cells) from None
            if (took and gave) or (debit and credit):
                raise _refuse_both(layout, number, "gross" if took and gave else "net")
            gross = gave - took
            is_odd = not (account and net_currency and batch.isdecimal()) or "E+" in psp or "E+" in modification or "E+" in reference
            if is_odd or len(batch) > LONGEST_BATCH or len(raw) > _LONG:
                _require_sound(layout, number, cells)
            if not (is_clean[get_repeated(cells)] and (is_one_word(reference) or find_card_number(reference) < 0)):
                raise _refuse_card(layout, number, cells)
            net = credit - debit
            if gross_currency == net_currency and (gross or (kind in _ITEMS and (gross_debit or gross_credit))):
                expected = gross - commission_minor - markup_minor - scheme_minor - interchange_minor
                if expected != net:
                    book.differ(line_number=number, expected=expected, actual=net)
            key = (account, batch, net_currency, kind)
            sums = open_sums.get(key) or book.open(key, number)
            sums.count += 1
            sums.debit_minor += debit
            sums.credit_minor += credit
            payout = ""
            if kind == "transfer":
                payout = next(iter(find_payout_references(squeeze(modification))), "")
                sent = net + commission_minor + markup_minor + scheme_minor + interchange_minor
                book.pay(key[:3], line_type=line_type, sent_minor=sent, reference=payout)
                if payout:
                    book.note_paid(raw, number)
            self._lines += 1
            # fmt: off
            yield make((
                number, account, psp, modification, reference, modification_merchant, line_type, kind, reverses,
                "debit" if (gross or net) < 0 else "credit", gross_currency, gross, commission_minor, markup_minor,
                scheme_minor, interchange_minor, net_currency, net, exchange_rate, instant, day, batch, method, variant, payout, dispute,
                "arn_damaged" if cells[arn] and _SPREADSHEET.fullmatch(cells[arn]) else "", raw, 0,
            ))
            # fmt: on


def _refuse_width(layout: Layout, number: int, found: int) -> FormatRefused:
    return FormatRefused("columns", f"{found} cells where the header has {layout.width}", line=number, column=min(found, layout.width) + 1)


def _refuse_both(layout: Layout, number: int, amount: str) -> FormatRefused:
    """A row is one movement; neither of two amounts may be taken for it, nor what is left of one after the other."""
    column = layout.column(f"{amount}_debit")
    message = f"{layout.headers[column - 1]}: a debit and a credit in one row, which is one movement; ask for the report again"
    return FormatRefused("amount", message, line=number, column=column)


def _require_sound(layout: Layout, number: int, cells: list[str]) -> None:
    """What is seldom wrong: an empty account, currency or batch, ids that are too long, or that a spreadsheet turned into numbers."""
    for name in ("merchant_account", "net_currency", "batch_number"):
        if not layout.cell(cells, name).strip():
            raise FormatRefused("columns", f"{layout.headers[layout.index[name]]} is empty", line=number, column=layout.column(name))
    batch = layout.cell(cells, "batch_number")
    if not (batch.isascii() and batch.isdecimal() and len(batch) <= LONGEST_BATCH):
        raise FormatRefused("columns", f"{batch[:40]!r} is not a batch number", line=number, column=layout.column("batch_number"))
    for name in ("psp_reference", "modification_reference", "merchant_reference"):
        if len(layout.cell(cells, name)) > LONGEST_ID:
            message = f"{layout.headers[layout.index[name]]}: an id of more than {LONGEST_ID} characters"
            raise FormatRefused("too_long", message, line=number, column=layout.column(name))
        if _SPREADSHEET.fullmatch(layout.cell(cells, name)):
            message = f"{layout.headers[layout.index[name]]} was turned into a number by a spreadsheet; ask for the original file"
            raise FormatRefused("spreadsheet_damage", message, line=number, column=layout.column(name))


def _refuse_card(layout: Layout, number: int, cells: list[str]) -> FormatRefused:
    """Names the cell, never the digits (C14)."""
    column = next((place for place, cell in enumerate(cells, start=1) if find_card_number(cell) >= 0 and _is_free(layout, cells, cell)), 1)
    message = f"{layout.headers[column - 1]}: a card number; the file is to be quarantined"
    return FormatRefused("card_number", message, line=number, column=column)


def _is_free(layout: Layout, cells: list[str], cell: str) -> bool:
    return cell in layout.get_free_text(cells)
