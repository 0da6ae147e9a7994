"""The books' time: real time plus an offset that PUT /_sim/clock sets. It goes on ticking, and survives a restart."""

import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SETTING = "clock_offset_seconds"


class SandboxClock:
    """Thread-safe. `load` reads the stored offset, `set` stores a new one in the caller's transaction."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta()

    def now(self) -> datetime:
        """The books' time, aware UTC."""
        with self._lock:
            return _real_now() + self._offset

    def now_text(self) -> str:
        """The same as the books store it."""
        return to_text(self.now())

    def load(self, connection: sqlite3.Connection) -> None:
        """Take the offset that an earlier run stored."""
        row = connection.execute("SELECT value FROM setting WHERE name = ?", (SETTING,)).fetchone()
        with self._lock:
            self._offset = timedelta(seconds=float(row["value"])) if row else timedelta()

    def set(self, connection: sqlite3.Connection, *, now: datetime | None) -> None:
        """From here on the books' time is `now` (None: real time again)."""
        offset = timedelta() if now is None else now - _real_now()
        connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (SETTING, str(offset.total_seconds())))
        with self._lock:
            self._offset = offset


def _real_now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def to_text(instant: datetime) -> str:
    """Aware instant -> "2025-10-23T12:05:01.123Z", always of the same length, so that text order is time order."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def from_text(text: str) -> datetime:
    """RFC 3339 -> aware instant. Raises ValueError, also for an instant without offset."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} names no offset")
    return instant.astimezone(UTC)


def local(text: str, zone: str) -> datetime:
    """A stored instant on the wall clock of `zone`."""
    return from_text(text).astimezone(ZoneInfo(zone))
