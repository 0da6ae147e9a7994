"""A column map: which column of somebody's CSV is which canonical field, kept as data (R1)."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

import jsonschema

from reconciliation.formats.column_schema import schema_of
from reconciliation.formats.csv_table import header_key, type_key
from reconciliation.formats.zones import get_zone

_BUILT_IN = Path(__file__).parent / "maps"
_NEEDED = {"csv_bank": ("booking_date", "currency"), "csv_psp": ("created_at", "gross_currency", "line_type")}


_PLAIN = ("delimiter", "quote", "encoding", "decimal", "thousands", "units", "zone", "fees", "payout")


class BadMap(ValueError):
    """The layout can't be so. `problems`: each says where and why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Sign:
    """Where an amount's direction stands. `printed`: what a sign on an amount means where the direction stands elsewhere:
    `refuse` it, `keep` it (a negative credit is a debit) or `ignore` it."""

    rule: str = "signed"
    credit: tuple[str, ...] = ()
    debit: tuple[str, ...] = ()
    printed: str = "refuse"


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """One map. `columns`: canonical field -> the headers whose cells make it up. `kinds`: the file's word -> (kind, what it reverses).

    `skip`: rows that are no lines: header -> words in it. `footers`: how rows begin that are no lines. `ids`: headers of which nothing
    is mapped and whose digits are ids, so that none of them is taken for a card number. `headings`: what the columns of a file are called
    that has no row of headings.
    """

    name: str
    source: str
    columns: Mapping[str, tuple[str, ...]]
    dates: str
    version: int = 1
    constants: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "auto"
    decimal: str = "."
    thousands: str = ""
    units: str = "major"
    zone: str = "UTC"
    sign: Sign = field(default_factory=Sign)
    skip: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    footers: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    kinds: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    fees: str = "cost_positive"
    payout: str = "row"

    @classmethod
    def of(cls, layout: Any, *, name: str, source: str, version: int = 1) -> Self:
        """The map of a layout (JSON). Raises BadMap with every problem and its place."""
        problems = [*_by_schema(layout, source)] or [*_by_sense(layout, source)]
        if problems:
            raise BadMap(problems)
        plain = {key: layout[key] for key in _PLAIN if key in layout}
        sign = layout.get("sign", {})
        words = {key: tuple(map(as_word, sign.get(key, ()))) for key in ("credit", "debit")}
        return cls(
            name=name,
            source=source,
            version=version,
            columns={key: tuple(map(header_key, [value] if isinstance(value, str) else value)) for key, value in layout["columns"].items()},
            constants=dict(layout.get("constants", {})),
            dates=layout["dates"],
            sign=Sign(sign.get("rule", "signed"), words["credit"], words["debit"], sign.get("printed", "refuse")),
            skip={header_key(key): tuple(map(as_word, said)) for key, said in layout.get("skip", {}).items()},
            footers=tuple(map(as_word, layout.get("footers", ()))),
            ids=tuple(map(header_key, layout.get("ids", ()))),
            headings=tuple(map(header_key, layout.get("headings", ()))),
            kinds={type_key(word): _kind(kind) for word, kind in layout.get("kinds", {}).items()},
            **plain,
        )  # fmt: skip

    @property
    def headers(self) -> frozenset[str]:
        """Every header that the file must have."""
        return frozenset(header for headers in self.columns.values() for header in headers) | frozenset(self.skip)

    def has(self, name: str) -> bool:
        """Whether the map says anything of a field."""
        return name in self.columns or name in self.constants


@cache
def built_in_maps(source: str) -> tuple[ColumnMap, ...]:
    """The maps that come with the product, for layouts that many banks use."""
    paths = sorted(_BUILT_IN.glob(f"{source}.*.json"))
    return tuple(ColumnMap.of(json.loads(path.read_text()), name=path.stem.removeprefix(f"{source}."), source=source) for path in paths)


def _by_schema(layout: Any, source: str) -> Iterator[str]:
    validator = jsonschema.Draft202012Validator(schema_of(source))
    for error in sorted(validator.iter_errors(layout), key=lambda error: list(map(str, error.absolute_path))):
        place = ".".join(map(str, error.absolute_path)) or "the layout"
        yield f"{place}: {error.message[:300]}"


def _by_sense(layout: Mapping[str, Any], source: str) -> Iterator[str]:
    """What no schema says: fields that need each other."""
    known = {*layout["columns"], *layout.get("constants", {})}
    yield from (f"columns: no {name}, neither as a column nor as a constant" for name in _NEEDED[source] if name not in known)
    rule = layout.get("sign", {}).get("rule", "signed")
    for names in _amounts(source, rule):
        if not any(set(name) <= known for name in names):
            yield f"columns: sign rule {rule!r} needs {' or '.join(' and '.join(name) for name in names)}"
    if rule == "indicator" and "indicator" not in layout["columns"]:
        yield "columns: sign rule 'indicator' needs the column indicator"
    if layout.get("thousands") and layout.get("thousands") == layout.get("decimal", "."):
        yield "thousands: the same mark as decimal"
    if not re.search("%d", layout["dates"]) or not re.search("%[mb]", layout["dates"]) or not re.search("%[Yy]", layout["dates"]):
        yield "dates: needs a day (%d), a month (%m or %b) and a year (%Y or %y)"
    yield from _unnamed(layout)
    try:
        get_zone(layout.get("zone", "UTC"))
    except LookupError as error:
        yield f"zone: {error.args[0]}"


def _unnamed(layout: Mapping[str, Any]) -> Iterator[str]:
    """Columns of a file without headings that the map's own do not name."""
    named = {header_key(heading) for heading in layout.get("headings", ())}
    used = {header_key(each) for value in layout["columns"].values() for each in ([value] if isinstance(value, str) else value)}
    used |= {header_key(each) for each in layout.get("skip", {})}
    if named and used - named:
        yield f"headings: they lack {', '.join(sorted(used - named))}"


def _amounts(source: str, rule: str) -> list[list[tuple[str, ...]]]:
    """Alternatives of fields that an amount is read from."""
    if source == "csv_bank":
        return [[("debit", "credit")] if rule == "columns" else [("amount",)]]
    return [[("gross_debit", "gross_credit"), ("net_debit", "net_credit")] if rule == "columns" else [("gross",), ("net",)]]


def as_word(text: str) -> str:
    """A word of a file as compared."""
    return " ".join(text.split()).casefold()


def _kind(text: str) -> tuple[str, str]:
    kind, _, reverses = text.partition(":")
    return kind, reverses
