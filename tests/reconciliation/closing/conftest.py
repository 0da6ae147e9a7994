"""A day whose papers are all in, in a database that commits."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.cases.records import Records
    from tests.reconciliation.closing.day import ReadyDay
    from tests.reconciliation.house import House


@pytest.fixture
def ready(committed_db: Any, monkeypatch: pytest.MonkeyPatch) -> "ReadyDay":
    from ledger.proofs import Check, Report
    from reconciliation.operations.closing import proving
    from tests.reconciliation.closing.day import make_ready_day

    # Its papers and runs are rows made by hand, without their transitions: a proof of it is told as held, as `prove` tells the night's.
    monkeypatch.setattr(proving, "prove_ledger", lambda: Report([Check(f"check {number}", True, 1) for number in range(40)], 0.1))
    return make_ready_day()


@pytest.fixture
def records(house: "House") -> "Records":
    """Payments and lines of the day, as they are asked for."""
    from tests.reconciliation.cases.records import make_records

    return make_records(house)
