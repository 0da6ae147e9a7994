"""One sandbox and one receiver for all tests of a worker; tests that kill or fill a sandbox start their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sandbox.running import Receiver, RunningSandbox


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """Where the shared sandbox's events go."""
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[RunningSandbox]:
    """A running sandbox, shared: tests use references of their own."""
    sandbox = RunningSandbox(tmp_path_factory.mktemp("sandbox"), webhook_url=receiver.url)
    yield sandbox
    assert sandbox.stop() == 0


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[Callable[..., RunningSandbox]]:
    """Starts sandboxes that belong to this test alone."""
    started: list[RunningSandbox] = []

    def start(*, webhook_url: str = "") -> RunningSandbox:
        started.append(RunningSandbox(tmp_path / f"sandbox-{len(started)}", webhook_url=webhook_url))
        return started[-1]

    yield start
    for sandbox in started:
        if sandbox.process.poll() is None:
            sandbox.kill()


@pytest.fixture
def own_receiver() -> Iterator[Receiver]:
    """A receiver that belongs to this test alone."""
    receiver = Receiver()
    yield receiver
    receiver.close()
