"""The house with a player, contracts and real files of its own; every test rolls back."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench
    from tests.reconciliation.house import House


@pytest.fixture
def bench(house: "House", settings: Any, tmp_path: Any) -> "Bench":
    from tests.reconciliation.cases.records import make_records
    from tests.reconciliation.detect.bench import Bench

    settings.MEDIA_ROOT = str(tmp_path / "files")
    return Bench(house, make_records(house))
