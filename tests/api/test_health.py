"""Who gets traffic, and who is started again (O4): a cashier without Redis works, one without its database does not (C22)."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.infra.stoppable import Stoppable


def told(path: str) -> tuple[int, dict[str, str]]:
    answer = Client().get(path)
    return answer.status_code, answer.json()


@pytest.mark.spec("O4")
def test_all_is_well(db: None) -> None:
    assert told("/health") == told("/live") == (200, {"status": "ok"})


@pytest.mark.spec("O4", "C22")
@pytest.mark.parametrize("how", ["killed", "hangs"])
def test_without_redis_traffic_still_comes(db: None, stoppable: Stoppable, how: str) -> None:
    assert told("/health") == (200, {"status": "ok"})
    stoppable.kill() if how == "killed" else stoppable.hang()
    assert told("/health") == (200, {"status": "degraded"})


@pytest.mark.spec("O4")
def test_without_its_database_it_gets_none_and_is_not_started_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("the server is away")

    with monkeypatch.context() as without:
        without.setattr(connection, "cursor", away)
        assert told("/health") == (503, {"status": "unavailable"})
        assert told("/live") == (200, {"status": "ok"})
