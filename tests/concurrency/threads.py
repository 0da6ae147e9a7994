"""Threads with connections of their own, started at one moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

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
