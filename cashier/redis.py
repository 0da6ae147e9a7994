"""Redis as the cashier uses it: nudges, answers to waiting requests, slots, circuits. Nothing is lost when it is gone."""

from functools import cache

from django.conf import settings
from redis import Redis

from cashier.resting import Rest

QUICK_SECONDS = 0.5
TURN_SECONDS = 1.0  # the longest that one call waits
LATE_SECONDS = 2.0  # and an answer that comes so much later still counts: a server that hangs is noticed soon, a busy one is not given up
_rest = Rest("redis.gone")


@cache
def quick_redis() -> Redis:
    """For calls that must not hold anyone up: fails within half a second."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=QUICK_SECONDS, socket_connect_timeout=QUICK_SECONDS)


@cache
def waiting_redis() -> Redis:
    """For calls that wait, up to TURN_SECONDS each."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=TURN_SECONDS + LATE_SECONDS, socket_connect_timeout=QUICK_SECONDS)


def redis_key(*parts: object) -> str:
    """A key of ours, under the installation's prefix."""
    return ":".join([settings.REDIS_PREFIX, *(str(part) for part in parts)])


def is_resting() -> bool:
    """Whether Redis failed us a moment ago: who can do without does so at once, and holds nobody up by trying (C22)."""
    return _rest.is_on()


def rest(error: Exception) -> None:
    """Redis failed: leave it alone for a second."""
    _rest.begin(error)
