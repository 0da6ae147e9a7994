"""Django's cache, in Redis: for figures that can be made anew, and for nothing else (C22).

Where Redis is away or does not answer it holds nothing, and nobody waits for it: pages of the back office take longer, and stay.
"""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from cashier.redis import is_resting, rest


class FigureCache(RedisCache):
    """get, set and delete; whatever else a cache can do raises RedisError where Redis is away."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _tried(lambda: super(FigureCache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        _tried(lambda: super(FigureCache, self).set(key, value, timeout, version), None)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(_tried(lambda: super(FigureCache, self).delete(key, version), False))


def _tried(act: Callable[[], Any], otherwise: Any) -> Any:
    if is_resting():
        return otherwise
    try:
        return act()
    except (RedisError, OSError) as error:
        rest(error)
        return otherwise
