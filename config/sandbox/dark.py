"""Payments that the sandbox has no word about for a moment: its outage while the payer is on the challenge page."""

import sqlite3
import time

from config.sandbox.messages import Refused


def go_dark(connection: sqlite3.Connection, psp_ref: str, *, seconds: float) -> None:
    """From the caller's commit on, and for `seconds` of real time, nothing is said of this payment."""
    connection.execute("INSERT OR REPLACE INTO dark VALUES (?, ?)", (psp_ref, time.time() + seconds))


def seconds_dark(connection: sqlite3.Connection, psp_ref: str) -> float:
    """For how long nothing will be said of it; 0.0 as a rule."""
    row = connection.execute("SELECT until FROM dark WHERE psp_ref = ?", (psp_ref,)).fetchone()
    return max(0.0, row["until"] - time.time()) if row else 0.0


def was_dark(connection: sqlite3.Connection, psp_ref: str) -> bool:
    """Whether it was ever."""
    return connection.execute("SELECT 1 FROM dark WHERE psp_ref = ?", (psp_ref,)).fetchone() is not None


def require_light(connection: sqlite3.Connection, psp_ref: str) -> None:
    """Raises Refused 503 while nothing is said of it."""
    if seconds_dark(connection, psp_ref):
        raise Refused(503, "OUTAGE", "out of order since the payer was on the challenge page")
