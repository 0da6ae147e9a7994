"""A day whose papers are all in, in a database that commits."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.closing.day import ReadyDay


@pytest.fixture
def ready(committed_db: Any) -> "ReadyDay":
    from tests.reconciliation.closing.day import make_ready_day

    return make_ready_day()
