"""Sums of the books held against sums of other rows, in memory that does not grow with them (L10).

What names a row in the books is a public id, which the database can't make: so the two can't be joined there. But public ids sort as
their uuids do, so both sides are read in the same order, some rows at a time, and walked side by side.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

from ledger.proofs.checks import SHOWN, Check, Difference

CHUNK = 5_000
Key = tuple[str, ...]
Sums = Iterator[tuple[Key, int]]  # keys ascending by code point (COLLATE "C"), each once; minor units


def stream(statement: str, params: dict[str, Any] | None = None) -> Iterator[tuple[Any, ...]]:
    """All rows of a statement, CHUNK at a time, through a cursor of the server; the plan is for all rows, not for the first ones."""
    with connection.cursor() as plain:
        plain.execute("SELECT set_config('cursor_tuple_fraction', '1', false)")
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, params)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def merged(left: Sums, right: Sums) -> Iterator[tuple[Key, int, int]]:
    """Every key of either side with both sums; 0 where a side lacks it."""
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None
            yield one[0], one[1], 0
            one = next(left, None)
        elif one is None or other[0] < one[0]:
            yield other[0], 0, other[1]
            other = next(right, None)
        else:
            yield one[0], one[1], other[1]
            one, other = next(left, None), next(right, None)


def check_sums(name: str, *, booked: Sums, expected: Sums, named: Callable[[Key], Difference]) -> Check:
    """The books hold what is expected, key by key; `named` says what a key stands for."""
    examined, differences = 0, list[Difference]()
    for key, booked_minor, expected_minor in merged(booked, expected):
        examined += 1
        if booked_minor != expected_minor and len(differences) < SHOWN:
            differences.append({**named(key), "booked_minor": booked_minor, "expected_minor": expected_minor})
    return Check(name, not differences, examined, differences)
