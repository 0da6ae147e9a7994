"""A caller of the API, and a worker behind it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.api.calling import Api
    from tests.cashier.working import Worker
    from tests.cashier.world import World

SCOPES = "cashier:read cashier:write"


@pytest.fixture
def api(committed_world: "World", settings: Any) -> Iterator["Api"]:
    """The shop, which serves the brand. An authorisation waits two seconds at most."""
    from config.api import authentication
    from tests.api.calling import Api
    from tests.house import make_client

    settings.AUTHORIZE_WAIT_SECONDS = 2.0
    authentication._facts.clear()
    make_client(committed_world.brand, scopes=SCOPES)
    yield Api(SCOPES)
    authentication._facts.clear()


@pytest.fixture
def worker(committed_world: "World") -> Iterator["Worker"]:
    from ledger import clock
    from tests.cashier.working import Worker

    with Worker(clock.now()) as running:
        yield running
