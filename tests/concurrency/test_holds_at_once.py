"""One hold asked for by several at once: one row, held once (POSTINGS.md 3.2)."""

from datetime import datetime
from typing import Any

import pytest

from cashier.models import Hold
from cashier.operations.holds import place_hold
from tests.concurrency.test_payouts_at_once import at_once
from tests.house import TESTER, House, make_house, wallet


@pytest.fixture
def house(committed_db: Any, now: datetime) -> House:
    return make_house(now, playable_minor=5_000)


@pytest.mark.spec("L3", "L6")
def test_four_that_hold_for_one_case(house: House) -> None:
    def hold() -> Any:
        return place_hold(
            kind=Hold.Kind.CASE,
            ref="case_1",
            player=house.player,
            currency="EUR",
            amount_minor=3_000,
            occurred_at=house.now,
            actor=TESTER,
            now=house.now,
        )

    results = at_once(hold, hold, hold, hold)

    assert {getattr(result, "pk", result) for result in results} == {Hold.objects.get().pk}
    assert wallet(house.player)[:2] == (2_000, 3_000)
