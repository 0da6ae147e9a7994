"""Redis as the cashier uses it: nudges, answers to waiting requests, slots. Nothing is lost when it is gone."""

from functools import cache

from django.conf import settings
from redis import Redis

QUICK_SECONDS = 0.5


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
