"""The house with a player and records of his."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.cases.records import Records
    from tests.reconciliation.house import House


@pytest.fixture
def records(house: "House") -> "Records":
    from tests.reconciliation.cases.records import make_records

    return make_records(house)
