"""Redis as the cashier uses it: nudges, answers to waiting requests, slots, circuits. Nothing is lost when it is gone."""

import time
from functools import cache

import structlog
from django.conf import settings
from redis import Redis

log = structlog.get_logger(__name__)

QUICK_SECONDS = 0.5
REST_SECONDS = 1.0
_resting_until = 0.0


@cache
def quick_redis() -> Redis:
    """For calls that must not hold anyone up: fails within half a second."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=QUICK_SECONDS, socket_connect_timeout=QUICK_SECONDS)


@cache
def waiting_redis() -> Redis:
    """For calls that wait: the answer may take as long as the call says."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=settings.AUTHORIZE_WAIT_SECONDS + 5, socket_connect_timeout=QUICK_SECONDS)


def redis_key(*parts: object) -> str:
    """A key of ours, under the installation's prefix."""
    return ":".join([settings.REDIS_PREFIX, *(str(part) for part in parts)])


def is_resting() -> bool:
    """Whether Redis failed us a moment ago: who can do without does so at once, and holds nobody up by trying (C22)."""
    return time.monotonic() < _resting_until


def rest(error: Exception) -> None:
    """Redis failed: leave it alone for a second."""
    global _resting_until
    if not is_resting():
        log.warning("redis.gone", error=str(error)[:200])
    _resting_until = time.monotonic() + REST_SECONDS
