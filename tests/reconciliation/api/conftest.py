"""The house, a client of its brand, and a client of another brand of the same entity."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.api.calling import Api
    from tests.reconciliation.house import House

SCOPES = "reconciliation:read reconciliation:write"


@dataclass
class Callers:
    """Two machine clients. `ours` has every brand of its entity; `theirs` only a brand of another entity."""

    ours: "Api"
    theirs: "Api"


@pytest.fixture
def callers(house: "House", settings: Any, tmp_path: Any) -> Callers:
    from cashier.models import Brand
    from ledger.models import LegalEntity
    from tests.api.calling import Api
    from tests.house import make_client

    settings.MEDIA_ROOT = str(tmp_path)
    other = LegalEntity.objects.create(code="GB1", name="Countroom UK", zone="Europe/London")
    make_client(house.brand, scopes=SCOPES)
    make_client(Brand.objects.create(code="other", name="Other", entity=other), client_id="other-backend", scopes=SCOPES)
    return Callers(Api(SCOPES), Api(SCOPES, client_id="other-backend"))


@pytest.fixture(autouse=True)
def _no_known_clients() -> Iterator[None]:
    """What a process remembers of API clients does not outlive a test."""
    from config.api import authentication

    authentication._facts.clear()
    yield
    authentication._facts.clear()
