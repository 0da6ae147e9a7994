"""Do the servers that the environment names answer? Asked before Django is loaded, so that the answer is one line."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import psycopg

from config.local_servers.problems import LocalServersError

OLDEST_POSTGRES = 150000


def check_given_servers(environment: Mapping[str, str], *, ask_redis: bool = True) -> None:
    """Raise LocalServersError when DATABASE_URL, DATABASE_OWNER_URL or REDIS_URL is set to a server that cannot be used.

    Without `ask_redis` the last is not asked.
    """
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        if environment.get(variable):
            check_database(variable, environment[variable])
    if ask_redis and environment.get("REDIS_URL"):
        check_redis("REDIS_URL", environment["REDIS_URL"])


def check_database(variable: str, url: str) -> None:
    _check_scheme(variable, url, ("postgres", "postgresql"), "postgresql://user:password@host:5432/name")
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        raise _no_answer(variable, url, "PostgreSQL", str(error)) from error
    if version < OLDEST_POSTGRES:
        raise LocalServersError(f"{variable}: PostgreSQL {version // 10000} is too old, 15 or newer is needed.")


def check_redis(variable: str, url: str) -> None:
    import redis  # imported here: not every command needs it

    _check_scheme(variable, url, ("redis", "rediss", "unix", "redis+socket"), "redis://:password@host:6379/0")
    if url.startswith("redis+socket"):
        return
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise _no_answer(variable, url, "Redis", str(error)) from error


def _check_scheme(variable: str, url: str, schemes: tuple[str, ...], example: str) -> None:
    if url.partition("://")[0] not in schemes:
        raise LocalServersError(f"{variable} is not an address of the form {example}.")


def _no_answer(variable: str, url: str, server: str, reason: str) -> LocalServersError:
    place = urlsplit(url)
    where = f"{place.hostname or 'local socket'}:{place.port or ''}".rstrip(":")
    said = " ".join(reason.split())[:200]
    return LocalServersError(
        f"{variable}: no usable {server} at {where} ({said}). Start that server or correct {variable}; unset it to use the embedded one."
    )
