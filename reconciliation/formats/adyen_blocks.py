"""Plain rows of a settlement details report, read by columns: a large report in six tenths of the processor time.

Only what is usual is read here. A block with anything else in it (a quote, a letter beyond ASCII, a transfer, a wrong amount, a card
number, a row that does not sum up) is left to the reader's own loop, which reads it row by row and refuses it where it must.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import mul, sub
from typing import NamedTuple

from reconciliation.formats.adyen_batches import BatchBook
from reconciliation.formats.adyen_layout import LONGEST_BATCH, Layout
from reconciliation.formats.adyen_memos import Currency, Memos
from reconciliation.formats.cards import hold_card_number
from reconciliation.formats.columns import PspColumns, is_one, read_each
from reconciliation.formats.csv_rows import LONGEST
from reconciliation.formats.csv_table import LONGEST_ID

_PLAIN = bytes(byte for byte in range(0x20, 0x7F) if byte not in b'"\\') + b"\n"
Texts = list[str]
Columns = Callable[[str], Texts]  # a name of adyen_columns -> its cells


class _Amounts(NamedTuple):
    """Columns of minor units; `fees`: commission, markup, scheme fee, interchange."""

    gross: list[int]
    debit: list[int]
    credit: list[int]
    net: list[int]
    fees: tuple[list[int], list[int], list[int], list[int]]


class PlainBlocks:
    """Reads blocks of one file. What a block comes to is added to its reader's book once all of it is known to be right."""

    def __init__(self, layout: Layout, memos: Memos, book: BatchBook) -> None:
        self._layout, self._memos, self._book = layout, memos, book

    def read(self, block: bytes, first_line: int) -> PspColumns | None:
        """The lines of whole rows, of which the first has this number; None where any of them is not plain."""
        cells = _cells_of(block, self._layout.width)
        if cells is None or self._holds_card_number(cells):
            return None
        try:
            return self._read(self._columns_of(cells), range(first_line, first_line + len(cells) // (self._layout.width + 1)))
        except (ArithmeticError, LookupError, ValueError):
            return None

    def _holds_card_number(self, cells: Texts) -> bool:
        return any(hold_card_number(cells[place :: self._layout.width + 1]) for place in self._layout.free)

    def _columns_of(self, cells: Texts) -> Columns:
        index, width, step = self._layout.index, self._layout.width, self._layout.width + 1
        missing = [""] * (len(cells) // step)
        return lambda name: cells[index[name] :: step] if index[name] < width else missing

    def _read(self, of: Columns, numbers: range) -> PspColumns | None:
        amounts, rates = self._amounts(of), read_each(of("exchange_rate"), self._memos.rates)
        kinds, created = read_each(of("line_type"), self._memos.kinds), self._instants(of("zone"), of("created"))
        read_each(of("booking_date"), self._memos.days)  # nobody stores it, but it must be one
        kind, reverses = (list(column) for column in zip(*kinds, strict=True))
        if not _is_sound(of, kind, amounts):
            return None
        groups = (of("merchant_account"), of("batch_number"), of("net_currency"), kind)
        self._book.add_columns(groups, numbers, amounts.debit, amounts.credit)
        return PspColumns(
            numbers, of("psp_reference"), of("modification_reference"), of("merchant_reference"), of("modification_merchant_reference"),
            of("line_type"), kind, reverses, of("gross_currency"), amounts.gross, *amounts.fees, of("net_currency"), amounts.net, rates,
            created, of("batch_number"), of("payment_method"),
        )  # fmt: skip

    def _amounts(self, of: Columns) -> _Amounts:
        gross, net = self._currencies(of("gross_currency")), self._currencies(of("net_currency"))
        gross_sums, net_sums, net_fees = [each.sums for each in gross], [each.sums for each in net], [each.fees for each in net]
        debit, credit = _minor(net_sums, of("net_debit")), _minor(net_sums, of("net_credit"))
        took, gave = _minor(gross_sums, of("gross_debit")), _minor(gross_sums, of("gross_credit"))
        if any(map(mul, debit, credit)) or any(map(mul, took, gave)):
            raise ValueError("a debit and a credit in one row")
        return _Amounts(
            gross=list(map(sub, gave, took)),
            debit=debit,
            credit=credit,
            net=list(map(sub, credit, debit)),
            fees=(
                _minor(net_fees, of("commission")),
                _minor(net_fees, of("markup")),
                _minor(net_fees, of("scheme_fee")),
                _minor(net_fees, of("interchange")),
            ),
        )

    def _currencies(self, codes: Texts) -> list[Currency]:
        """Of each row; one alone where it is that of all."""
        return [self._memos.currencies[code] for code in (codes[:1] if is_one(codes) else codes)]

    def _instants(self, zones: Texts, created: Texts) -> list[datetime]:
        if is_one(zones):
            return read_each(created, self._memos.zones[zones[0]])
        return [self._memos.zones[zone][text] for zone, text in zip(zones, created, strict=True)]


def _cells_of(block: bytes, width: int) -> Texts | None:
    """All cells of the rows, one after the other, each row's followed by a line end; None where they are not plain rows of so many."""
    block = block.replace(b"\r\n", b"\n") if b"\r" in block else block
    if len(block) >= LONGEST or block.translate(None, _PLAIN) or b"E+" in block:  # "E+": ids that a spreadsheet turned into numbers
        return None
    rows, step = block.count(b"\n"), width + 1
    cells = block.decode("ascii").replace("\n", ",\n,").split(",")
    is_whole = cells.pop() == "" and len(cells) == rows * step and cells[width::step].count("\n") == rows
    return cells if is_whole else None


def _minor(tables: Sequence[dict[str, int]], texts: Texts) -> list[int]:
    """Minor units by the table of each row's currency; of one alone by that."""
    if len(tables) == 1:
        return read_each(texts, tables[0])
    return [table[text] for table, text in zip(tables, texts, strict=True)]


def _is_sound(of: Columns, kind: Texts, amounts: _Amounts) -> bool:
    """Whether no row is a transfer, lacks what it must have, has an id that is too long, or differs from its own sum."""
    batches = of("batch_number")
    is_whole = "" not in batches and "".join(batches).isdecimal() and "" not in of("merchant_account") and "" not in of("net_currency")
    ids = ("psp_reference", "modification_reference", "merchant_reference")
    is_short = max(map(len, batches)) <= LONGEST_BATCH and all(max(map(len, of(name))) <= LONGEST_ID for name in ids)
    return is_whole and is_short and "transfer" not in kind and not _is_unequal(of, amounts)


def _is_unequal(of: Columns, amounts: _Amounts) -> bool:
    """Whether gross less fees is not net on any row with both in one currency."""
    expected = [gross - a - b - c - d for gross, a, b, c, d in zip(amounts.gross, *amounts.fees, strict=True)]
    if expected == amounts.net:
        return False
    stated = zip(of("gross_currency"), of("net_currency"), of("gross_debit"), of("gross_credit"), strict=True)
    must_be = [gross == net and bool(debit or credit) for gross, net, debit, credit in stated]
    return any(must and one != other for must, one, other in zip(must_be, expected, amounts.net, strict=True))
