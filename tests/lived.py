"""Time as this process lived it: a machine that stood still for seconds made none of them long.

A bound on how long our code makes somebody wait says nothing of the machine under the tests. Whoever waits in vain for ten seconds
lives all of them; a process that was stopped lives only what came before and after.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

TICK_SECONDS = 0.01
LONGEST_TICK_SECONDS = 0.1  # a machine under load wakes nobody sooner


class Lived:
    """Counts in small steps; of a step that took long, the machine took the rest. `seconds` so far."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._count, daemon=True)

    def _count(self) -> None:
        before = time.monotonic()
        while not self._is_over.wait(TICK_SECONDS):
            now = time.monotonic()
            self.seconds += min(now - before, LONGEST_TICK_SECONDS)
            before = now

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._is_over.set()
        self._thread.join()


@contextmanager
def lived() -> Iterator[Lived]:
    """`with lived() as time: …`, then `assert time.seconds < 1.5`."""
    count = Lived()
    count.begin()
    try:
        yield count
    finally:
        count.end()
