"""Batches of one group that are told at the same moment: one case that knows them all."""

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.concurrency.threads import at_once

if TYPE_CHECKING:
    from tests.databases import TestDatabase

BATCHES = 6


@pytest.mark.spec("R12", "E1")
def test_batches_told_at_once_are_all_in_the_group_s_case(committed_db: "TestDatabase") -> None:
    from reconciliation.models import ExceptionCase
    from reconciliation.operations.groups import Part, raise_group
    from tests.reconciliation.house import DAY, NOW, make_house

    house = make_house()

    def tell(number: int) -> ExceptionCase:
        return raise_group(
            code="FEE_DIFFERS", key="SANDBOX_EU:processing:EUR:2026-W47", part=Part(f"b{number}", 1, 10 + number, 0),
            account=house.merchant, currency="EUR", business_date=DAY, facts={}, links=[], run=None, now=NOW,
        )  # fmt: skip

    results = at_once([partial(tell, number) for number in range(BATCHES)])

    assert [result for result in results if isinstance(result, Exception)] == []
    case = ExceptionCase.objects.get()
    assert set(case.facts["parts"]) == {f"b{number}" for number in range(BATCHES)}
    assert case.amount_minor == sum(10 + number for number in range(BATCHES))
