"""Proofs that hold sums against sums: right wherever the sides differ, and in memory that does not grow (L10)."""

import tracemalloc
from collections.abc import Iterator

import pytest

from ledger.proofs.merge import Key, check_sums, merged, stream

ROWS = 60_000
LIMIT_BYTES = 6 * 1024 * 1024  # held in dicts, the two sides would take four times as much


def side(*pairs: tuple[str, int]) -> Iterator[tuple[Key, int]]:
    return iter([((key,), minor) for key, minor in pairs])


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        ([], [], []),
        ([("a", 1)], [], [("a", 1, 0)]),
        ([], [("a", 1), ("b", 2)], [("a", 0, 1), ("b", 0, 2)]),
        ([("a", 1), ("c", 3)], [("b", 2), ("c", 4)], [("a", 1, 0), ("b", 0, 2), ("c", 3, 4)]),
        ([("b", 1), ("c", 3), ("d", 1)], [("a", 2), ("c", 3)], [("a", 0, 2), ("b", 1, 0), ("c", 3, 3), ("d", 1, 0)]),
    ],
)
def test_every_key_of_either_side_comes_once(left: list[tuple[str, int]], right: list[tuple[str, int]], found: list[object]) -> None:
    assert [(key[0], one, other) for key, one, other in merged(side(*left), side(*right))] == found


@pytest.mark.spec("L10")
def test_all_is_examined_and_the_first_differences_are_named() -> None:
    booked, expected = side(*((f"{n:03}", n) for n in range(100))), side(*((f"{n:03}", 0) for n in range(100)))

    check = check_sums("x", booked=booked, expected=expected, named=lambda key: {"ref": key[0]})

    assert (check.ok, check.examined, len(check.differences)) == (False, 100, 20)
    assert check.differences[0] == {"ref": "001", "booked_minor": 1, "expected_minor": 0}


@pytest.mark.spec("L10")
def test_memory_does_not_grow_with_the_rows(db: None) -> None:
    rows = "SELECT lpad(n::text, 26, '0'), n FROM generate_series(1, %(rows)s) n ORDER BY 1"

    def sums() -> Iterator[tuple[Key, int]]:
        return (((ref,), minor) for ref, minor in stream(rows, {"rows": ROWS}))

    tracemalloc.start()
    try:
        check = check_sums("x", booked=sums(), expected=sums(), named=lambda key: {"ref": key[0]})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (check.ok, check.examined) == (True, ROWS)
    assert peak < LIMIT_BYTES
