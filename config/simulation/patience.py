"""The simulation's own database connection outlives a restart of the database, as its HTTP calls outlive one of the web."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connections

PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.5
T = TypeVar("T")


def patiently(act: Callable[[], T]) -> T:
    """What `act` gives, tried again on a new connection while the database is away. Raises what it raised last, after a minute."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return act()
        except (OperationalError, InterfaceError):
            if time.monotonic() > deadline:
                raise
        connections.close_all()
        time.sleep(PAUSE_SECONDS)
