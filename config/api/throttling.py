"""Rate limits per client, counted in Redis for all web processes; without Redis each process counts for itself (C22)."""

import functools
import os
import threading
import time
from typing import Any, cast

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from ledger.api.callers import Caller

WINDOW_SECONDS = 60
REDIS_TIMEOUT_SECONDS = 0.25
REDIS_PAUSE_SECONDS = 5.0
# Process-wide fallback: (counter name) -> (window, count), and until when Redis is left alone after it failed.
_local_counts: dict[str, tuple[int, int]] = {}
_redis_rests_until = 0.0
_own = threading.local()


class ClientRateThrottle(BaseThrottle):
    """At most `rate_per_minute` requests per client and clock minute; beyond it 429 with Retry-After."""

    def allow_request(self, request: Request, view: Any) -> bool:
        caller: Caller | None = cast(Any, request).user
        return caller is None or count_in_window(f"rate:{caller.client_id}") <= caller.rate_per_minute

    def wait(self) -> float:
        return seconds_left()


def seconds_left() -> float:
    """Seconds until the running window ends."""
    return WINDOW_SECONDS - time.time() % WINDOW_SECONDS


def count_in_window(name: str, *, step: int = 1) -> int:
    """Count `step` more under this name and return how many there are in the running window (step 0 only asks)."""
    global _redis_rests_until
    window = int(time.time() // WINDOW_SECONDS)
    if time.monotonic() >= _redis_rests_until:
        try:
            return count_in_redis(f"{settings.REDIS_PREFIX}:{name}:{window}", step)
        except redis.RedisError:
            _redis_rests_until = time.monotonic() + REDIS_PAUSE_SECONDS
    return count_here(name, window, step)


def count_in_redis(key: str, step: int) -> int:
    """One call for each count; the window's first one also says when it may be forgotten."""
    count = int(_told("INCRBY", key, step))
    if count == step:
        _told("EXPIRE", key, 2 * WINDOW_SECONDS)
    return count


def _told(*command: object) -> Any:
    """Redis' answer, over this thread's own connection: borrowing one for every request costs more than the question.

    A connection that the server has closed meanwhile is opened once more. Raises RedisError.
    """
    link = _link()
    try:
        return _asked(link, command)
    except redis.TimeoutError:
        raise
    except redis.ConnectionError:
        return _asked(link, command)


def _asked(link: Any, command: tuple[object, ...]) -> Any:
    try:
        link.send_command(*command)
        return link.read_response()
    except redis.RedisError as error:
        if not isinstance(error, redis.ResponseError):
            link.disconnect()  # its answer may still come, and would be taken for the next one's
        raise


def _link() -> Any:
    client, link, pid = getattr(_own, "link", (None, None, 0))
    if client is not redis_client() or pid != os.getpid():
        client, pid = redis_client(), os.getpid()
        pool = client.connection_pool
        link = pool.connection_class(**pool.connection_kwargs)
        _own.link = (client, link, pid)
    return link


def count_here(name: str, window: int, step: int) -> int:
    known, count = _local_counts.get(name, (window, 0))
    if len(_local_counts) > 10_000:
        _local_counts.clear()
    _local_counts[name] = (window, count + step if known == window else step)
    return _local_counts[name][1]


@functools.lru_cache(maxsize=1)
def redis_client() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.REDIS_URL or "redis://127.0.0.1:6379/0",
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
    )
