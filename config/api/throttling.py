"""Rate limits per client, counted in Redis for all web processes; without Redis each process counts for itself (C22)."""

import functools
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
    count: int = redis_client().incrby(key, step)
    if count == step:
        redis_client().expire(key, 2 * WINDOW_SECONDS)
    return count


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
