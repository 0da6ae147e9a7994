"""A day whose papers are all in, in a database that commits."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.cases.records import Records
    from tests.reconciliation.closing.day import ReadyDay
    from tests.reconciliation.house import House


@pytest.fixture
def ready(committed_db: Any) -> "ReadyDay":
    from tests.reconciliation.closing.day import make_ready_day

    return make_ready_day()


@pytest.fixture
def records(house: "House") -> "Records":
    """Payments and lines of the day, as they are asked for."""
    from tests.reconciliation.cases.records import make_records

    return make_records(house)
