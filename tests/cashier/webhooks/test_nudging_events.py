"""Events that workers have no time for (C8, W6): nudged again, but never more often than workers can throw away."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest

from cashier import nudges, operations
from cashier.models import PspEventWork
from cashier.nudges import NUDGED_AGAIN_AFTER
from cashier.operations import sweep
from ledger.clock import real_now
from tests.cashier.webhooks.test_receive_event import body_of
from tests.cashier.world import World

pytestmark = pytest.mark.spec("C8", "W6")
Capture = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What went to the broker."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(nudges.current_app, "send_task", lambda task, **options: told.append({"task": task, **options}))
    return told


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Lets time pass for the sweeper: from when it is asked for first, it stands still in between."""
    moments: list[datetime] = []
    monkeypatch.setattr(sweep, "real_now", lambda: moments[-1] if moments else real_now())

    def wait(time: timedelta) -> None:
        moments.append(sweep.real_now() + time)

    return wait


def sweep_once(capture: Capture) -> int:
    with capture(execute=True):
        return operations.sweep_events()


def test_a_backlog_is_nudged_once_however_often_it_is_swept(
    world: World, sent: list[dict[str, Any]], passes: Callable[[timedelta], None], django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(20):
            world.receive(body_of(event_id=f"evt_{number}", capture_id=f"c_{number}"))
    assert [nudge["expires"] for nudge in sent] == [None] * 20
    sent.clear()

    passes(timedelta(seconds=2))
    turns = [sweep_once(django_capture_on_commit_callbacks)]
    for _ in range(4):
        passes(timedelta(seconds=2))
        turns.append(sweep_once(django_capture_on_commit_callbacks))

    assert turns == [20, 0, 0, 0, 0]
    assert {nudge["expires"] for nudge in sent} == {NUDGED_AGAIN_AFTER.total_seconds()}  # workers throw it away before the next one
    passes(timedelta(seconds=3))
    assert sweep_once(django_capture_on_commit_callbacks) == 20
    assert len(sent) == 40


def test_a_try_that_is_due_is_nudged_at_its_time(
    world: World, sent: list[dict[str, Any]], passes: Callable[[timedelta], None], django_capture_on_commit_callbacks: Capture
) -> None:
    world.receive(body_of())
    passes(timedelta(seconds=2))
    assert sweep_once(django_capture_on_commit_callbacks) == 1
    PspEventWork.objects.update(next_try_at=sweep.real_now() + timedelta(seconds=3))
    assert sweep_once(django_capture_on_commit_callbacks) == 0
    passes(timedelta(seconds=5))
    assert sweep_once(django_capture_on_commit_callbacks) == 1
