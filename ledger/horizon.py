"""What can no longer be in flight (L7, S5, D3).

A database transaction that has written has an id (xid). All ids below `pg_snapshot_xmin` belong to transactions that
ended. Entries and audit records get their own ids after their transaction got its xid; so once every transaction that was
running when a number was read has ended, all rows up to that number are there for good or will never be. Row ids and
not xids are stored, because ids survive a dump and restore into another server, xids don't.

Xids are the whole server's. A transaction that is known to run in another database of it holds nobody up here: the lock that it
holds on its own xid tells its process, and the process its database. One that can't be told so (prepared, or just beginning) counts.
"""

import time

from django.conf import settings
from django.db import connection

_POLL_SECONDS = 0.02
_IS_PAST = """
SELECT CASE WHEN pg_snapshot_xmin(now_running.snapshot)::text::bigint > %(mark)s THEN true
            ELSE NOT EXISTS (
                SELECT FROM pg_snapshot_xip(now_running.snapshot) AS running(xid)
                 WHERE running.xid::text::bigint <= %(mark)s
                   AND running.xid::xid::text NOT IN (
                       SELECT own.transactionid::text
                         FROM pg_locks own JOIN pg_stat_activity process ON process.pid = own.pid
                         JOIN pg_database elsewhere ON elsewhere.oid = process.datid AND elsewhere.datname <> current_database()
                        WHERE own.locktype = 'transactionid' AND own.mode = 'ExclusiveLock' AND own.granted)) END
  FROM (SELECT pg_current_snapshot() AS snapshot) now_running
"""


def current_mark() -> int:
    """A mark in the order of database transactions, taken after all that have written by now. Outside any transaction."""
    _require_autocommit()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


def current_snapshot() -> str:
    """What the next statement sees, as PostgreSQL writes it ("xmin:xmax:running,…"): of any posting it can be asked later whether it was
    seen (`count_unseen`). Within a transaction of one snapshot: that one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return str(cursor.fetchone()[0])


def is_past(mark: int) -> bool:
    """Whether every transaction of this database that began to write before `mark` has ended."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_PAST, {"mark": mark})
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

    Without `seconds` settings.HORIZON_SECONDS is waited.
    """
    _require_autocommit()
    last = last_id(table)
    patience = settings.HORIZON_SECONDS if seconds is None else seconds
    return last if wait_until_past(current_mark(), seconds=patience) else None


def last_id(table: str) -> int:
    """The highest row id that was given out, whether or not its row is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(%s, 'id')::regclass), 0)", [table])
        return int(cursor.fetchone()[0])


def _require_autocommit() -> None:
    if connection.in_atomic_block:
        raise RuntimeError("The horizon is read outside any transaction: the one at hand would never be past it.")
