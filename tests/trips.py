"""How often a connection waits for the database's answer."""

from collections.abc import Generator
from typing import Any

import psycopg
import pytest


def count_trips(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that gets one item for every round trip from here on; what psycopg answers by itself is none."""
    trips: list[int] = []
    real = psycopg.Connection.wait

    def watched(waits: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        try:
            wanted = next(waits)
            trips.append(1)
            while True:
                wanted = waits.send((yield wanted))
        except StopIteration as end:
            return end.value

    def wait(self: Any, waits: Generator[Any, Any, Any], *args: Any, **options: Any) -> Any:
        return real(self, watched(waits), *args, **options)

    monkeypatch.setattr(psycopg.Connection, "wait", wait)
    return trips
