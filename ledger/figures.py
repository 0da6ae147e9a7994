"""A figure of the product as an operator watches it (O3): its name, what it means, and its rows. Values only.

Figures are read from rows when somebody asks, so that they are right whichever process answers, and after any restart.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

Labelled = tuple[tuple[str, ...], float]
Gather = Callable[[datetime], Iterable["Figure"]]


@dataclass(frozen=True, slots=True)
class Figure:
    """`name` without the product's prefix and with its unit last ("_seconds", "_ratio"); `labels` name what each row's texts are."""

    name: str
    words: str
    labels: tuple[str, ...]
    rows: Sequence[Labelled]


def single(name: str, words: str, value: float) -> Figure:
    """A figure without labels."""
    return Figure(name, words, (), [((), value)])


def seconds_since(at: datetime | None, now: datetime) -> float:
    """Zero where it is not past, or was never."""
    return max((now - at).total_seconds(), 0.0) if at else 0.0
