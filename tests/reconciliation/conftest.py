"""One house for the tests of reconciliation that need one."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.house import House


@pytest.fixture
def house(db: None) -> "House":
    from tests.reconciliation.house import make_house

    return make_house()
