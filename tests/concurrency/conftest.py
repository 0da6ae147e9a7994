"""The casino with a sandbox of its own, as the tests of runs have it."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.cashier.conftest import secrets
from tests.reconciliation.runs.conftest import casino
from tests.sandbox.conftest import own_receiver, own_sandbox

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

__all__ = ["casino", "own_receiver", "own_sandbox", "secrets"]


@pytest.fixture
def bench(committed_db: Any, settings: Any, tmp_path: Any) -> "Bench":
    """The house, its player's records and the way in for papers, in a database that commits."""
    from tests.reconciliation.cases.records import make_records
    from tests.reconciliation.detect.bench import Bench
    from tests.reconciliation.house import make_house

    settings.MEDIA_ROOT = str(tmp_path / "files")
    house = make_house()
    return Bench(house, make_records(house))
