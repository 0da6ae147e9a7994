"""What a proof answers."""

import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection

SHOWN = 20
Difference = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """One statement about the books: how many rows it was asked of, and the first differences. JSON values only."""

    name: str
    ok: bool
    examined: int
    differences: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of a command (INTERFACES.md section 2)."""

    checks: list[Check]
    seconds: float

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "checks": [asdict(check) for check in self.checks],
            "seconds": round(self.seconds, 3),
            "peak_rss_mib": peak_rss_mib(),
        }


def check_of(name: str, examined: int, differences: Iterable[Difference]) -> Check:
    """A check from a stream of differences, of which the first ones are kept."""
    shown = list(islice(differences, SHOWN))
    return Check(name, not shown, examined, shown)


def check_sql(name: str, *, examined: str, differences: str, params: dict[str, Any] | None = None) -> Check:
    """A check whose two statements give the number of rows asked, and the rows that differ (their columns name the facts)."""
    return check_of(name, count_of(examined, params), rows_of(differences, params))


def count_of(statement: str, params: dict[str, Any] | None = None) -> int:
    """The one number that a statement selects."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.fetchone()[0])


def rows_of(statement: str, params: dict[str, Any] | None = None) -> Iterator[Difference]:
    """The first rows of a statement as dicts of plain values."""
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} LIMIT {SHOWN}", params)
        names = [column.name for column in cursor.description or []]
        for row in cursor.fetchall():
            yield {name: plain(value) for name, value in zip(names, row, strict=True)}


def plain(value: Any) -> Any:
    """A value as JSON holds it exactly: numbers of minor units are ints, ids and days text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return int(value) if type(value).__name__ == "Decimal" else str(value)


def report_of(checks: Iterable[Callable[[], Check | list[Check]]], *, progress: Callable[[Check], None] | None = None) -> Report:
    """Run checks one by one."""
    started = time.monotonic()
    done: list[Check] = []
    for check in checks:
        answer = check()
        for item in answer if isinstance(answer, list) else [answer]:
            done.append(item)
            if progress:
                progress(item)
    return Report(done, time.monotonic() - started)


def peak_rss_mib() -> int:
    """Highest resident memory of this program so far, MiB; the kernel's ru_maxrss still knows the process that started it."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    for line in lines:
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))
