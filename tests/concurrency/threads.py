"""Threads with connections of their own, started at one moment."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection, connections

Answer = TypeVar("Answer")


def at_once(acts: Sequence[Callable[[], Answer]]) -> list[Answer | Exception]:
    """Run all acts at the same moment, each on its own connection; what an act raises is its answer."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Answer]) -> Answer | Exception:
        try:
            barrier.wait(30)
            return act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def in_a_thread(pool: ThreadPoolExecutor, act: Callable[[], Answer]) -> Future[Answer]:
    """Begin an act on a connection of its own."""

    def run() -> Answer:
        try:
            return act()
        finally:
            connections.close_all()

    return pool.submit(run)


def until_one_waits(seconds: float = 60) -> None:
    """Return as soon as a connection of this database waits for a lock. Raises TimeoutError."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    end = time.monotonic() + seconds
    watcher = connection.copy()  # in a transaction this view stands still
    try:
        while time.monotonic() < end:
            with watcher.cursor() as cursor:
                cursor.execute(waiting)
                if cursor.fetchone()[0]:
                    return
            time.sleep(0.02)
    finally:
        watcher.close()
    raise TimeoutError("nobody waits for a lock")
