"""How far a load is, for those who look on (UX 4.9). Told through the cache: nobody sees a load's own transaction before its end.

Nothing depends on it: where the cache is away it holds nothing (config/cache.py), and a load goes on untold.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeVar

from django.core.cache import cache

_EVERY_SECONDS = 0.4
_KEPT_SECONDS = 3600
_ITEMS = 1000  # between two looks at the time
Item = TypeVar("Item")


@dataclass(slots=True)
class _Load:
    """One load as it goes. until: bytes of the part that is read; lines: of the present stage."""

    key: str
    until: int
    began: float = field(default_factory=time.monotonic)
    stage: str = "Reading"
    lines: int = 0
    file: BinaryIO | None = None
    told: float = 0.0

    def tell(self, *, at_once: bool = False) -> None:
        moment = time.monotonic()
        if at_once or moment - self.told >= _EVERY_SECONDS:
            self.told = moment
            _put(self.key, {"stage": self.stage, "lines": self.lines, "share": self._share(), "seconds": round(moment - self.began, 1)})

    def _share(self) -> float | None:
        """How much of the bytes is read, 0 to 1; None where it is not known."""
        if self.file is None or not self.until:
            return None
        with suppress(ValueError, OSError):  # closed, or a stream that can't tell
            return min(self.file.tell() / self.until, 1.0)
        return None


_now: ContextVar[_Load | None] = ContextVar("load", default=None)


@contextmanager
def telling(public_id: str, byte_size: int) -> Iterator[None]:
    """Inside, the load of this file is told."""
    load = _Load(_key(public_id), byte_size)
    token = _now.set(load)
    load.tell(at_once=True)
    try:
        yield
    finally:
        _now.reset(token)
        cache.delete(load.key)


def reading(file: BinaryIO, *, stage: str = "", until: int = 0) -> None:
    """This file's place is how far we are; `until` where only so many bytes of it are read here."""
    load = _now.get()
    if load is not None:
        load.file, load.until, load.lines = file, until or load.until, 0
        load.stage = stage or load.stage


def counted(items: Iterable[Item]) -> Iterator[Item]:
    """The items as they come; told in passing."""
    for number, item in enumerate(items, 1):
        yield item
        if number % _ITEMS == 0:
            note_lines(_ITEMS)


def note_lines(more: int) -> None:
    """So many lines more."""
    load = _now.get()
    if load is not None:
        load.lines += more
        load.tell()


def note_stage(stage: str) -> None:
    """What is done now is not reading: a share would not be true."""
    load = _now.get()
    if load is not None:
        load.stage, load.file = stage, None
        load.tell(at_once=True)


def note_asked(public_id: str) -> None:
    """Somebody pressed the button; a worker has not begun yet."""
    _put(_key(public_id), {"stage": "Waiting for a worker", "lines": 0, "share": None, "seconds": 0})


def get_progress(public_id: str) -> dict[str, Any] | None:
    """stage, lines, share (0 to 1, or None) and seconds of a load that goes on; None where none does, or the cache is away."""
    found: dict[str, Any] | None = cache.get(_key(public_id))
    return found


def _put(key: str, value: dict[str, Any]) -> None:
    cache.set(key, value, _KEPT_SECONDS)


def _key(public_id: str) -> str:
    return f"load:{public_id}"
