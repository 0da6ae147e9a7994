"""Waiting until nothing moves: slow is not stuck, and what is stuck is named."""

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from config.simulation import quiet
from config.simulation.client import SimulationError
from config.simulation.quiet import wait_until_quiet
from config.simulation.sandbox_control import SandboxControl

SANDBOX = cast(SandboxControl, object())  # nobody asks it: what moves is told by the test
Tell = Callable[..., None]


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Says what moves at each look, the last for ever; a look comes each second."""
    now = iter(range(100_000))

    def tell(*counts: int) -> None:
        def looks() -> Iterator[dict[str, int]]:
            yield from ({"events not applied": count, "events not delivered": 0} for count in counts)
            while True:
                yield {"events not applied": counts[-1], "events not delivered": 0}

        said = looks()
        monkeypatch.setattr(quiet, "what_moves", lambda *args: next(said))

    monkeypatch.setattr(quiet, "wake_overdue_events", lambda now: None)
    monkeypatch.setattr(quiet, "time", cast(Any, _Time(now)))
    return tell


class _Time:
    def __init__(self, seconds: Iterator[int]) -> None:
        self._seconds = seconds
        self._now = 0

    def monotonic(self) -> float:
        return float(self._now)

    def sleep(self, seconds: float) -> None:
        self._now = next(self._seconds)


@pytest.mark.django_db
def test_what_becomes_less_is_waited_for_however_long_it_takes(tell: Tell) -> None:
    tell(*range(60, 0, -1), 0)
    assert wait_until_quiet(SANDBOX, seconds=5) > 50


@pytest.mark.django_db
def test_what_begins_again_has_all_its_time(tell: Tell) -> None:
    tell(1, 0, *range(30, 0, -1), 0)
    assert wait_until_quiet(SANDBOX, seconds=5) > 25


@pytest.mark.django_db
@pytest.mark.parametrize("counts", [(7,), (3, 7), (0, 7), (7, 8) * 40])
def test_what_is_stuck_is_named(tell: Tell, counts: tuple[int, ...]) -> None:
    tell(*counts)
    with pytest.raises(SimulationError, match=r"nothing less for 5 s: [378] events not applied\. Are the workers and beat running"):
        wait_until_quiet(SANDBOX, seconds=5)
