"""What every act needs at hand: the books, their clock, the delays, and a bell for the background threads."""

import json
import sqlite3
import threading
import time
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from config.sandbox.clock import SandboxClock
from config.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds of real time between a call and what follows from it."""

    hang: float = 60.0  # until an unanswered call's connection is closed, unless the client hangs up before
    slow: float = 2.0
    pending: float = 1.0
    refund: float = 0.3
    payout: float = 0.3
    reverse: float = 1.0
    chargeback: float = 1.0
    ruling: float = 1.0
    outage: float = 5.0
    late: float = 5.0
    reorder: float = 1.5
    retime: float = 0.2
    retry_first: float = 0.5
    retry_most: float = 30.0

    def at_pace(self, pace: float) -> "Delays":
        """The same, each `pace` times as long."""
        return Delays(**{each.name: getattr(self, each.name) * pace for each in fields(self)})


@dataclass(slots=True)
class Sandbox:
    """The running sandbox. `bell` wakes the threads that deliver events and do what is due."""

    store: Store
    data_dir: Path
    public_url: str
    clock: SandboxClock = field(default_factory=SandboxClock)
    delays: Delays = field(default_factory=Delays)
    bell: threading.Condition = field(default_factory=threading.Condition)
    outage_until: float = 0.0  # real time; until then every call but /_sim is answered 503
    is_held: bool = False  # what follows from calls waits, however long it is due

    def outage_seconds(self) -> float:
        """For how long it is still out of order; 0.0 as a rule."""
        return max(0.0, self.outage_until - time.time())

    def ring(self) -> None:
        """Something new is due."""
        with self.bell:
            self.bell.notify_all()


def get_setting(connection: sqlite3.Connection, name: str, default: Any = None) -> Any:
    """A stored JSON value."""
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return json.loads(row["value"]) if row else default


def put_setting(connection: sqlite3.Connection, name: str, value: Any) -> None:
    """Store a JSON value."""
    connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))


def schedule(connection: sqlite3.Connection, *, kind: str, object_id: str, after: float) -> None:
    """`kind` will be done to `object_id` in `after` seconds of real time."""
    connection.execute("INSERT INTO job (due_at, kind, object_id) VALUES (?, ?, ?)", (time.time() + after, kind, object_id))
