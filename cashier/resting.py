"""Servers that failed us a moment ago are left alone for a second: who can do without them holds nobody up by trying (C22)."""

import time

import structlog

log = structlog.get_logger(__name__)

REST_SECONDS = 1.0


class Rest:
    """Of one server, in this process. `event` is what its failures are called in the log: once a rest, not once a call."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._until = 0.0

    def is_on(self) -> bool:
        return time.monotonic() < self._until

    def begin(self, error: Exception) -> None:
        if not self.is_on():
            log.warning(self._event, error=str(error)[:200])
        self._until = time.monotonic() + REST_SECONDS

    def end(self) -> None:
        """Try again at once."""
        self._until = 0.0
