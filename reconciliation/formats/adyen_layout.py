"""The header of a settlement details report, and the place of what is wrong in a row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from operator import itemgetter

from reconciliation.formats.adyen_columns import FEES, FEES_ALONE, ID_COLUMNS, OPTIONAL, REQUIRED
from reconciliation.formats.adyen_memos import Currencies, Days, Instants, Kinds, Rates, Zones
from reconciliation.formats.amounts import AmountError
from reconciliation.formats.csv_table import header_key, refuse_header
from reconciliation.formats.values import FormatRefused

LONGEST_BATCH = 32  # as the batch's number is stored
FIELDS = (*REQUIRED, *OPTIONAL)
_AMOUNTS = {
    "gross_debit": "gross_currency",
    "gross_credit": "gross_currency",
    "net_debit": "net_currency",
    "net_credit": "net_currency",
    "commission": "net_currency",
    "markup": "net_currency",
    "scheme_fee": "net_currency",
    "interchange": "net_currency",
}
_NOT_TEXT = {"created", "zone", "line_type", "gross_currency", "net_currency", "exchange_rate", "booking_date", *_AMOUNTS}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of one file are. A column that the file lacks has the index `width`: one empty cell is added to each row."""

    width: int
    headers: tuple[str, ...]
    index: dict[str, int]
    get: Callable[[list[str]], tuple[str, ...]]
    get_free_text: Callable[[list[str]], tuple[str, ...]]
    get_repeated_text: Callable[[list[str]], tuple[str, ...]]  # free text without the merchant reference, which differs from row to row
    free: tuple[int, ...]  # places of free text
    arn: int

    def cell(self, cells: list[str], name: str) -> str:
        return cells[self.index[name]]

    def column(self, name: str) -> int:
        return self.index[name] + 1


def read_header(line_number: int, cells: list[str]) -> Layout:
    """The layout of a file by its header row; raises FormatRefused where a column that lines need is missing or there twice."""
    headers = tuple(header_key(cell) for cell in cells)
    missing = [header for header in REQUIRED.values() if header not in headers]
    if missing:
        raise refuse_header("settlement details report", headers, missing, line=line_number)
    known = {**REQUIRED, **OPTIONAL}
    for name in known.values():
        if headers.count(name) > 1:
            raise FormatRefused("header", f"column {name!r} is there twice", line=line_number, column=headers.index(name) + 1)
    width = len(headers)
    index = {name: headers.index(header) if header in headers else width for name, header in known.items()}
    if FEES_ALONE in headers and not any(known[name] in headers for name in FEES):
        index["commission"] = headers.index(FEES_ALONE)  # a layout without the parts: what they come to is all that is said
    not_free = {known[name] for name in _NOT_TEXT} | ID_COLUMNS
    free = [place for place, header in enumerate(headers) if header not in not_free]
    return Layout(
        width=width,
        headers=headers,
        index=index,
        get=itemgetter(*(index[name] for name in FIELDS)),
        get_free_text=itemgetter(*free),
        get_repeated_text=itemgetter(*(place for place in free if place != index["merchant_reference"]), width),
        free=tuple(free),
        arn=headers.index("arn") if "arn" in headers else width,
    )


def explain(layout: Layout, line_number: int, cells: list[str]) -> FormatRefused:
    """The refusal of a row that could not be read: its first wrong cell. Columns of a CSV are counted in cells, from 1."""
    for name in FIELDS:
        try:
            _read_cell(layout, cells, name)
        except AmountError as error:
            code = "currency" if name.endswith("_currency") else "amount"
            return _refuse(layout, line_number, name, code, str(error))
        except LookupError as error:
            return _refuse(layout, line_number, name, "zone" if name == "zone" else "type", str(error.args[0]))
        except (ValueError, OverflowError) as error:
            hint = "; was the file saved by a spreadsheet?" if "/" in layout.cell(cells, name) else ""
            return _refuse(layout, line_number, name, "date", f"{error}{hint}")
    return FormatRefused("structure", "the row can't be read", line=line_number, column=1)


def _read_cell(layout: Layout, cells: list[str], name: str) -> None:
    """Reads one cell alone; raises what is wrong with it."""
    text = layout.cell(cells, name)
    if name in _AMOUNTS:
        currency = Currencies()[layout.cell(cells, _AMOUNTS[name])]
        (currency.fees if _AMOUNTS[name] == "net_currency" and not name.startswith("net") else currency.sums)[text]
    elif name.endswith("_currency"):
        Currencies()[text]
    elif name == "line_type":
        Kinds()[text]
    elif name == "zone":
        Zones()[text]
    elif name == "created":
        _zone(layout.cell(cells, "zone"))[text]
    elif name == "exchange_rate":
        Rates()[text]
    elif name == "booking_date":
        Days()[text]


def _zone(name: str) -> Instants:
    """Dates are read even where the zone is wrong: that is the zone's own error."""
    try:
        return Zones()[name]
    except LookupError:
        return Instants(UTC)


def _refuse(layout: Layout, line_number: int, name: str, code: str, message: str) -> FormatRefused:
    column = layout.column(name)
    return FormatRefused(code, f"{layout.headers[column - 1]}: {message}", line=line_number, column=column)
