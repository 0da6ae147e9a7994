"""The SQLite file: one writer at a time, readers beside it (WAL).

synchronous=NORMAL: a transaction that was committed survives the process's death (kill -9); only a power cut may lose the
last ones, never the file. That makes a commit cost microseconds, and thousands of payments a minute cheap.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.sandbox.schema import SCHEMA


class Store:
    """Opens `path` and makes its tables. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._local = threading.local()
        self._writer = self._open()
        self._writer.execute("PRAGMA journal_mode=WAL")
        self._writer.executescript(SCHEMA)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end, rolled back on any exception."""
        with self._lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    def read(self) -> sqlite3.Connection:
        """This thread's own reading connection: sees what is committed, never waits for the writer."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
            connection.execute("PRAGMA query_only=ON")
        return connection

    def close(self) -> None:
        """Close the writing connection; the readers' close with their threads."""
        with self._lock:
            self._writer.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=30.0, check_same_thread=False, cached_statements=256)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection
