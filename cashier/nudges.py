"""The row is the queue, a message is only the nudge (DESIGN.md decision 5): a lost one costs time, never work.

A sweeper that nudged every due row at each of its turns would bury workers that fall behind under messages of which all but one per row
are worth nothing, and they would fall behind for good. So a row is nudged again after NUDGED_AGAIN_AFTER, and that nudge ends by then.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from celery import current_app
from django.db import connection, transaction
from django.db.models import F, Q
from redis.exceptions import RedisError

from cashier.redis import TURN_SECONDS, is_resting, quick_redis, redis_key, waiting_redis
from cashier.resting import Rest
from ledger.tracing import current_trace_id

log = structlog.get_logger(__name__)

ANSWER_KEPT_SECONDS = 60
POLL_SECONDS = 0.1
NUDGED_AGAIN_AFTER = timedelta(seconds=10)
_rest = Rest("broker.gone")


def nudge(task: str, **ids: object) -> None:
    """Tell a worker, once the transaction has committed, that a row waits for it. Never raises: the sweeper finds the row."""
    _after_commit(task, ids, None)


def nudge_again(task: str, **ids: object) -> None:
    """A sweeper's nudge: workers throw it away, unread, once the sweeper may have nudged the row anew."""
    _after_commit(task, ids, NUDGED_AGAIN_AFTER.total_seconds())


def not_nudged_lately(at: datetime) -> Q:
    """Rows with `nudged_at` and `next_try_at` whose last nudge is old, or older than the try that is due."""
    return Q(nudged_at=None) | Q(nudged_at__lt=at - NUDGED_AGAIN_AFTER) | Q(nudged_at__lt=F("next_try_at"))


def _after_commit(task: str, ids: dict[str, object], expires: float | None) -> None:
    arguments = {name: str(value) for name, value in ids.items()} | {"trace_id": current_trace_id()}
    transaction.on_commit(lambda: send_quietly(task, arguments, expires=expires))


def send_quietly(task: str, arguments: Mapping[str, str] | None = None, *, expires: float | None = None) -> None:
    """Tell a worker now. Never raises, and a broker that failed a moment ago is not tried: the sweeper finds the row."""
    try:
        if not _rest.is_on():
            current_app.send_task(task, kwargs=dict(arguments or {}), expires=expires, retry=False, ignore_result=True)
            return
    except Exception as error:  # any broker failure
        _rest.begin(error)
    log.warning("nudge.lost", task=task)


def announce(call_id: UUID) -> None:
    """Wake whoever waits for the answer of this call, once the transaction has committed."""
    transaction.on_commit(lambda: _announce(call_id))


def _announce(call_id: UUID) -> None:
    key = redis_key("answered", call_id)
    try:
        with quick_redis().pipeline() as pipeline:
            pipeline.rpush(key, b"1")
            pipeline.expire(key, ANSWER_KEPT_SECONDS)
            pipeline.execute()
    except RedisError as error:
        log.warning("answer.not_announced", call=str(call_id), error=str(error)[:200])


def await_answer(call_id: UUID, *, is_answered: Callable[[], bool], seconds: float) -> bool:
    """Wait until the call is answered, at most `seconds`; whether it is.

    No database connection is held meanwhile. Without Redis the row is asked every tenth of a second.
    """
    if is_answered():
        return True
    deadline = time.monotonic() + seconds
    _let_go_of_connection()
    if not _was_announced(call_id, deadline):
        while time.monotonic() < deadline and not is_answered():
            _let_go_of_connection()
            time.sleep(POLL_SECONDS)
    return is_answered()


def _was_announced(call_id: UUID, deadline: float) -> bool:
    """Wait in turns until the answer is announced or the deadline has come; False where Redis can't be asked (any more)."""
    try:
        while not is_resting():
            left = deadline - time.monotonic()
            turn = min(max(left, 0.01), TURN_SECONDS)
            if waiting_redis().blpop([redis_key("answered", call_id)], timeout=turn) or left <= 0:
                return True
    except RedisError as error:
        log.warning("answer.polled", error=str(error)[:200])
    return False


def _let_go_of_connection() -> None:
    """Give the connection back while we wait; inside a transaction (tests) it must stay."""
    if not connection.in_atomic_block:
        connection.close()
