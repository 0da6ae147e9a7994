"""Which amounts come to a total, and whether only one choice does (R5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.matching.subsets import MOST_CANDIDATES, MOST_PARTS, choices, only_choice

pytestmark = pytest.mark.spec("R5")


@pytest.mark.parametrize(
    ("amounts", "total", "places"),
    [
        ([300, 120, 77], 420, (0, 1)),
        ([300, 120, 77], 300, (0,)),
        ([300, 120, 420], 420, None),  # two choices: two payouts, or the third alone
        ([100, 100, 50], 150, None),  # either of two equals
        ([1, 2, 4, 8, 16, 32], 63, None),  # six parts are too many
        ([1, 2, 4, 8, 16], 31, (0, 1, 2, 3, 4)),
        ([5, 7], 1, None),
        ([], 10, None),
        ([5, 7], 0, None),
    ],
)
def test_only_one_choice_is_an_answer(amounts: list[int], total: int, places: tuple[int, ...] | None) -> None:
    assert only_choice(amounts, total) == places


def test_what_cannot_be_searched_whole_is_no_answer() -> None:
    amounts = list(range(1, MOST_CANDIDATES + 2))
    assert only_choice(amounts, amounts[0]) is None


@given(st.lists(st.integers(1, 60), max_size=9), st.integers(1, 200))
def test_every_choice_is_found_once(amounts: list[int], total: int) -> None:
    from itertools import combinations

    wanted = [
        places for size in range(1, MOST_PARTS + 1) for places in combinations(range(len(amounts)), size)
        if sum(amounts[place] for place in places) == total
    ]  # fmt: skip
    assert sorted(choices(amounts, total)) == sorted(wanted)
