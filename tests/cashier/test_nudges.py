"""Waiting for an answer, and doing without Redis and the broker (C22; the row is the queue)."""

import threading
import time
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from redis import Redis

from cashier import nudges
from cashier.nudges import announce, await_answer, nudge
from tests.infra.stoppable import Stoppable
from tests.lived import lived


@pytest.mark.spec("C8")
def test_who_waits_is_woken_by_the_answer(committed_db: None, redis: Any) -> None:
    call_id, done = uuid4(), threading.Event()

    def answer() -> None:
        time.sleep(0.1)
        done.set()
        announce(call_id)

    thread = threading.Thread(target=answer)
    with lived() as waited:
        thread.start()
        assert await_answer(call_id, is_answered=done.is_set, seconds=5)
        thread.join()

    assert waited.seconds < 2


def test_no_answer_in_time(committed_db: None, redis: Any) -> None:
    with lived() as waited:
        assert not await_answer(uuid4(), is_answered=lambda: False, seconds=0.2)

    assert waited.seconds < 1.5


@pytest.mark.spec("C22")
def test_without_redis_the_row_is_asked(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.1)
    monkeypatch.setattr(nudges, "waiting_redis", lambda: gone)
    monkeypatch.setattr(nudges, "quick_redis", lambda: gone)
    answers = iter([False, False, False, True, True])

    announce(uuid4())

    assert await_answer(uuid4(), is_answered=lambda: next(answers), seconds=5)


@pytest.mark.spec("C22")
@pytest.mark.parametrize("how", ["killed", "hangs"])
def test_a_broker_that_is_away_holds_nobody_up(committed_db: None, stoppable: Stoppable, how: str) -> None:
    """The first nudge waits half a second at most, those that follow not at all; when it is back it is told again."""
    nudge("cashier.tasks.psp.authorize", call_id=uuid4())
    stoppable.kill() if how == "killed" else stoppable.hang()

    with lived() as waited:
        for _ in range(20):
            nudge("cashier.tasks.psp.authorize", call_id=uuid4())
    assert waited.seconds < 3

    stoppable.start() if how == "killed" else stoppable.go_on()
    nudges._rest.end()
    nudge("cashier.tasks.psp.authorize", call_id=uuid4())
    with Redis.from_url(stoppable.url) as client:
        # of one that hangs, the nudge that was not answered may be there after all
        assert client.llen(f"{settings.REDIS_PREFIX}:psp") in ((1,) if how == "killed" else (2, 3))


@pytest.mark.spec("C22")
def test_who_waits_for_an_answer_does_not_wait_for_a_redis_that_hangs(committed_db: None, stoppable: Stoppable) -> None:
    stoppable.hang()
    answered_at = time.monotonic() + 2

    with lived() as waited:
        assert await_answer(uuid4(), is_answered=lambda: time.monotonic() > answered_at, seconds=20)

    assert waited.seconds < 6


@pytest.mark.spec("C22")
def test_a_lost_nudge_raises_nothing(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(nudges.current_app, "send_task", refuse)

    nudge("cashier.tasks.psp.authorize", call_id=uuid4())
