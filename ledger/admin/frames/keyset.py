"""Pages by key, never by offset, and counts that stop at a cap: a list stays quick at a million rows (UX 2.7, B6)."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import Tuple as TupleOf
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.db.models.functions import Coalesce

CAP = 10_000
SUMMED = 1_000  # of a list over its cap: enough to see what stands at its top, and read in no time
PAGE = 50


@dataclass(frozen=True, slots=True)
class Count:
    """A count that stopped at the cap: `over` says that there are more."""

    number: int
    over: bool

    def __str__(self) -> str:
        return f"{self.number:,}+" if self.over else f"{self.number:,}"


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of one currency; `over` when only the first rows up to the cap were added."""

    amount_minor: int
    currency: str
    over: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of rows; `older` and `newer` are the cursors of the neighbours, empty where there is none."""

    rows: list[Any]
    older: str
    newer: str


def capped_count(rows: QuerySet[Any], cap: int = CAP) -> Count:
    """How many rows, reading at most `cap` + 1 of them."""
    found = rows.order_by()[: cap + 1].count()
    return Count(min(found, cap), found > cap)


def capped_totals(rows: QuerySet[Any], amount: str, currency: str, cap: int = CAP) -> tuple[Count, list[Total]]:
    """How many rows, and their sum per currency, never across; read once, at most `cap` + 1 of them. Where the list is over its cap, the
    sums are of the first rows in its own order only."""
    sums = _sums(rows.order_by().values_list(currency, amount)[: cap + 1])
    number = sum(count for _, count, _ in sums)
    if number > cap:
        first = _sums(rows.values_list(currency, amount)[:SUMMED])
        return Count(cap, True), [Total(minor, code, True) for code, _, minor in first]
    return Count(number, False), [Total(minor, code, False) for code, _, minor in sums]


def _sums(pairs: QuerySet[Any]) -> list[tuple[str, int, int]]:
    """Currency, number and sum of some rows' (currency, amount): a cut list, which the ORM would look up a second time to group it."""
    try:
        found, params = pairs.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connections[pairs.db].cursor() as cursor:
        cursor.execute(f"SELECT f.currency, count(*), sum(f.minor) FROM ({found}) AS f(currency, minor) GROUP BY 1 ORDER BY 1", params)
        return [(code, count, int(minor or 0)) for code, count, minor in cursor.fetchall()]


def keyset_page(
    rows: QuerySet[Any], order: Sequence[str], *, after: str = "", before: str = "", size: int = PAGE, finds_first: bool = False
) -> Rows:
    """The page after (or before) a cursor in a unique `order` ("-" = descending). A broken cursor gives the first page.

    `finds_first`: few rows fit; they are found, then sorted.
    """
    mark = _read_cursor(before or after, order)
    backwards = bool(before and mark)
    steps = [_turn(step) for step in order] if backwards else list(order)
    wanted = rows.order_by(*[_ordering(step) for step in steps])
    if mark is not None or finds_first:
        behind = rows if mark is None else rows.filter(_beyond(steps, mark))
        sorted_by = _sorted_after(steps) if finds_first else [_ordering(step) for step in steps]
        wanted = wanted.filter(pk__in=_keys(behind.order_by(*sorted_by), size + 1))
    found = list(wanted[: size + 1])
    more, page = len(found) > size, found[:size]
    if backwards:
        page.reverse()
    has_newer, has_older = (more, True) if backwards else (mark is not None, more)
    return Rows(
        rows=page,
        older=cursor_of(page[-1], order) if page and has_older else "",
        newer=cursor_of(page[0], order) if page and has_newer else "",
    )


def _sorted_after(steps: Sequence[str]) -> list[Any]:
    """The order as expressions that no index has: the database, left to choose, walks the order's index past a million rows for the few
    that fit, and can't guess how few they are."""
    names = [(step.lstrip("-"), step.startswith("-")) for step in steps]
    return [OrderBy(Coalesce(F(name), F(name)), descending=is_down) for name, is_down in names]


def _keys(rows: QuerySet[Any], size: int) -> list[Any]:
    """Keys of the first rows, read by themselves. The database guesses a comparison of rows by its first column alone: where all share its
    value it expects none, and would join and sort everything behind the cursor."""
    return list(rows.values_list("pk", flat=True)[:size])


def neighbours(rows: QuerySet[Any], order: Sequence[str], row: Model) -> tuple[Any, Any]:
    """The rows before and after `row` in the order, by key: it need not be among them any more. None where there is none."""
    mark = [_value_of(row, step.lstrip("-")) for step in order]
    back = [_turn(step) for step in order]
    before = rows.order_by(*[_ordering(step) for step in back]).filter(_beyond(back, mark)).first()
    after = rows.order_by(*[_ordering(step) for step in order]).filter(_beyond(order, mark)).first()
    return before, after


def _turn(step: str) -> str:
    return step[1:] if step.startswith("-") else f"-{step}"


def _ordering(step: str) -> Any:
    return F(step[1:]).desc() if step.startswith("-") else F(step).asc()


def _beyond(steps: Sequence[str], mark: Sequence[Any]) -> Any:
    """(a, b) > (x, y). As one comparison of rows where all go the same way: an index of them starts right there, however many rows
    share the first value. Else spelled out, with the bound on the first column apart so that its index is used."""
    names = [step.lstrip("-") for step in steps]
    if len({step.startswith("-") for step in steps}) == 1 and not any("__" in name for name in names):
        later = TupleLessThan if steps[0].startswith("-") else TupleGreaterThan
        return later(TupleOf(*map(F, names)), list(mark))
    signs = ["lt" if step.startswith("-") else "gt" for step in steps]
    any_of = Q()
    for position, name in enumerate(names):
        same = {names[earlier]: mark[earlier] for earlier in range(position)}
        any_of |= Q(**same, **{f"{name}__{signs[position]}": mark[position]})
    return Q(**{f"{names[0]}__{signs[0]}e": mark[0]}) & any_of


def cursor_of(row: Model, order: Sequence[str]) -> str:
    """Where a page that follows this row begins, as the address says it."""
    values = [_value_of(row, step.lstrip("-")) for step in order]
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def _value_of(row: Model, path: str) -> Any:
    value: Any = row
    for part in path.split("__"):
        value = getattr(value, part)
    return value.isoformat() if isinstance(value, datetime | date) else str(value) if isinstance(value, UUID) else value


def _read_cursor(text: str, order: Sequence[str]) -> list[Any] | None:
    if not text:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        return None
    return values if isinstance(values, list) and len(values) == len(order) else None
