"""The house of these tests. Imports wait until Django is set up."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.house import House


@pytest.fixture
def house(db: None, now: datetime) -> "House":
    """A player with nothing yet, reviewed above 1,000.00."""
    from ledger.transitions import record_birth
    from tests.house import TESTER, make_house, set_policy

    house = make_house(now)
    set_policy(house)
    # The instrument is made verified; so that the ledger's proofs, which these tests run whole, find its first state.
    record_birth(house.instrument, actor=TESTER, now=now, event="instrument.verified")
    return house


@pytest.fixture(autouse=True)
def _no_known_clients() -> Iterator[None]:
    """What a process remembers of API clients does not outlive a test."""
    from config.api import authentication

    authentication._facts.clear()
    yield
    authentication._facts.clear()
