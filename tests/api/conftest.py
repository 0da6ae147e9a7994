"""The house of these tests. Imports wait until Django is set up."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.api.calling import Api
    from tests.house import House


@pytest.fixture
def house(db: None, now: datetime) -> "House":
    """A player with 500.00, reviewed above 1,000.00."""
    from tests.house import make_house, set_policy

    house = make_house(now, playable_minor=50_000)
    set_policy(house)
    return house


@pytest.fixture
def api(house: "House") -> "Api":
    """A client of the house's brand with the scopes of the cashier, games, wallets and disputes."""
    from tests.api.calling import SCOPES, Api
    from tests.house import make_client

    make_client(house.brand, scopes=SCOPES)
    return Api(SCOPES)


@pytest.fixture(scope="session")
def _descriptions() -> list[bytes]:
    return []


@pytest.fixture
def described(db: None, _descriptions: list[bytes]) -> dict[str, Any]:
    """The served description. It takes seconds to make, so each worker asks for it once."""
    from django.test import Client

    if not _descriptions:
        answer = Client().get("/v1/schema", HTTP_ACCEPT="application/vnd.oai.openapi+json")
        assert answer.status_code == 200
        _descriptions.append(answer.content)
    body: dict[str, Any] = json.loads(_descriptions[0])
    return body


@pytest.fixture(autouse=True)
def _no_known_clients() -> Iterator[None]:
    """What a process remembers of API clients does not outlive a test."""
    from config.api import authentication

    authentication._facts.clear()
    yield
    authentication._facts.clear()
