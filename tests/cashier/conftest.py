"""The casino, a real sandbox, and the cases that it would raise."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.conftest import own_receiver, own_sandbox, receiver, sandbox
from tests.sandbox.running import RunningSandbox

if TYPE_CHECKING:
    from tests.cashier.world import World

__all__ = ["own_receiver", "own_sandbox", "receiver", "sandbox"]

TOLD: list[dict[str, Any]] = []


def hear_case(**facts: Any) -> None:
    """Stands for the keeper of cases, which is another app's and has tests of its own."""
    TOLD.append(facts)


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.cashier.world import SECRETS

    for code, secret in SECRETS.items():
        monkeypatch.setenv(f"{code}_API_KEY", secret)
        monkeypatch.setenv(f"{code}_WEBHOOK_SECRET", secret)


@pytest.fixture
def cases(settings: Any) -> Iterator[list[dict[str, Any]]]:
    """What was told of breaks."""
    settings.NOTICE_HANDLERS = {**settings.NOTICE_HANDLERS, "case.raise": "tests.cashier.conftest.hear_case"}
    TOLD.clear()
    yield TOLD
    TOLD.clear()


@pytest.fixture
def world(db: None, now: datetime, sandbox: RunningSandbox, secrets: None, cases: list[dict[str, Any]], redis: Any) -> "World":
    """The casino in a transaction that is rolled back."""
    from tests.cashier.world import make_world

    made = make_world(now, base_url=sandbox.url)
    made.told = cases
    return made


@pytest.fixture
def committed_world(
    committed_db: Any, now: datetime, sandbox: RunningSandbox, secrets: None, cases: list[dict[str, Any]], redis: Any
) -> "World":
    """The casino in a database of its own, for threads."""
    from tests.cashier.world import make_world

    made = make_world(now, base_url=sandbox.url)
    made.told = cases
    return made
