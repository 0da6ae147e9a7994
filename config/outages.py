"""What is told while the database is not there (C22): it restarts, fails over, or has no connection left.

503 with Retry-After, for people and machines. Nothing is half written, for state, posting and audit record commit together. Whether a
COMMIT that was cut off came through nobody can know: the same idempotency key, or a look at the record, tells it afterwards.
"""

import threading
import time
from collections.abc import Iterator

import psycopg
from django.db import Error, InterfaceError, OperationalError, connection

CODE = "DATABASE_UNAVAILABLE"
MESSAGE = "Our database can't be reached just now. Send the same request again, a write with the same idempotency key: it is done once."
RETRY_SECONDS = 2
DETAILS = {"retriable": True}
HEADERS = {"Retry-After": str(RETRY_SECONDS)}

# https://www.postgresql.org/docs/current/errcodes-appendix.html: connection exceptions, no resources (too many connections, no memory, a
# full disk), ended by the administrator, by a crash, not up yet, an idle session ended; and what a server that is no primary any more says.
LOST = frozenset({"57P01", "57P02", "57P03", "57P05"})
NOT_PRIMARY = "25006"
DRAIN_SECONDS = 1.0
_drained_at = -DRAIN_SECONDS
_lock = threading.Lock()


def is_database_away(error: BaseException) -> bool:
    """Whether this error, or one that it came from, says that the database is not there; a deadlock, a timeout or a refusal does not."""
    return any(_is_away(cause) for cause in _causes(error))


def let_go(error: BaseException) -> None:
    """After such an error: connections that are lost, or lead to a server that is no primary any more, are not used again."""
    if connection.in_atomic_block:
        return
    if any(_state(cause) == NOT_PRIMARY for cause in _causes(error)) or _is_lost():
        connection.close()
        _drain()


def _is_away(error: BaseException) -> bool:
    if not isinstance(error, (Error, psycopg.Error)):
        return False
    state = _state(error)
    if state is None:  # no answer of a server: connections that can't be made, or are gone, tell no more than that
        return isinstance(error, (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError))
    return state[:2] in {"08", "53"} or state in LOST or state == NOT_PRIMARY


def _state(error: BaseException) -> str | None:
    """The SQLSTATE of psycopg's error, or of the one that Django's stands for."""
    theirs = error if isinstance(error, psycopg.Error) else error.__cause__
    return theirs.sqlstate if isinstance(theirs, psycopg.Error) else None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_lost() -> bool:
    return connection.connection is not None and bool(connection.connection.closed)


def _drain() -> None:
    """Connections of the pool were lost with this one: they are made anew, at most once in a second however many requests fail."""
    global _drained_at
    pool = getattr(connection, "pool", None)
    with _lock:
        if pool is None or time.monotonic() - _drained_at < DRAIN_SECONDS:
            return
        _drained_at = time.monotonic()
    pool.drain()
