"""What can no longer be in flight (L7, S5, D3).

A database transaction that has written has an id (xid). All ids below `pg_snapshot_xmin` belong to transactions that
ended. Entries and audit records get their own ids after their transaction got its xid; so once every transaction that was
running when a number was read has ended, all rows up to that number are there for good or will never be. Row ids and
not xids are stored, because ids survive a dump and restore into another server, xids don't.
"""

import time

from django.conf import settings
from django.db import connection

_POLL_SECONDS = 0.02


def current_mark() -> int:
    """A mark in the order of database transactions, taken after all that have written by now. Outside any transaction."""
    _require_autocommit()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


def is_past(mark: int) -> bool:
    """Whether every transaction that began to write before `mark` has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s", [mark])
        return bool(cursor.fetchone()[0])


def wait_until_past(mark: int, *, seconds: float) -> bool:
    """Wait, in real time, until `is_past(mark)`; False if it still isn't."""
    deadline = time.monotonic() + seconds
    while not is_past(mark):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def settled_id(table: str, *, seconds: float | None = None) -> int | None:
    """The highest row id of `table` up to which nothing can be in flight; None if something older still runs after `seconds`.

    Without `seconds` settings.HORIZON_SECONDS is waited: transactions of other databases of the same server count too.
    """
    _require_autocommit()
    last = _last_value(table)
    patience = settings.HORIZON_SECONDS if seconds is None else seconds
    return last if wait_until_past(current_mark(), seconds=patience) else None


def _last_value(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(%s, 'id')::regclass), 0)", [table])
        return int(cursor.fetchone()[0])


def _require_autocommit() -> None:
    if connection.in_atomic_block:
        raise RuntimeError("The horizon is read outside any transaction: the one at hand would never be past it.")
