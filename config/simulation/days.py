"""Whole simulated days: payments by day, papers in the morning after, matched; then the days on which the money arrives.

Day D is played between 07:00 and 22:30 of the entity's zone. The clock goes to D+1 06:00, the sandbox closes its books of D
and writes its papers, they are ingested and reconciled. After the last day the following mornings are closed without faults
until nothing is left to report or to transfer, and once more when the longest window of any rail has passed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from config.simulation.drive import Driver
from config.simulation.papers import ingest_file, reconcile_day
from config.simulation.patience import patiently
from config.simulation.plan import SEGMENTS, PlannedDeposit
from config.simulation.quiet import wait_until_quiet
from config.simulation.sandbox_control import SandboxControl, WrittenFile
from config.simulation.truth import Mismatch
from ledger import clock
from ledger.actors import system_actor
from ledger.models import LegalEntity
from reconciliation.operations.closing import prove_books, watch_player_money
from reconciliation.operations.late_files import watch_files
from reconciliation.operations.watching import look_around
from reconciliation.queries.rail_windows import longest_window
from reconciliation.windows import WINDOWS, due_date

OPENS, CLOSES, MORNING = time(7, 0), time(22, 30), time(6, 0)
LAST_PAPERS_DAYS = 10  # a transfer or a line that has not come by then never will
QUIET_SECONDS = 180.0


@dataclass
class DayReport:
    """What the days gave: runs as `reconcile --json` prints them, files ingested, the truth."""

    runs: list[dict[str, Any]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    truth: list[Sequence[Mismatch]] = field(default_factory=list)  # as it was told, day by day
    last_papers: date | None = None
    longest_settling: float = 0.0  # seconds from the last payment of a while until nothing moved


class Days:
    """Plays days on a running stack. `say` gets a line per step, `tick` is called after each deposit."""

    def __init__(
        self,
        *,
        entity: LegalEntity,
        currencies: Sequence[str],
        driver: Driver,
        sandbox: SandboxControl,
        say: Callable[[str], None],
        tick: Callable[[], None],
        segments: int = SEGMENTS,
    ) -> None:
        self.segments = segments
        self.entity = entity
        self.currencies = currencies
        self.driver = driver
        self.sandbox = sandbox
        self.say = say
        self.tick = tick
        self.report = DayReport()
        self._strays: set[str] = set()

    def play(self, day: date, deposits: Sequence[PlannedDeposit], *, concurrency: int) -> None:
        """One day, until nothing moves."""
        for segment in range(self.segments):
            self._set_clock(self._segment_start(day, segment))
            self.driver.play_all([d for d in deposits if d.segment == segment], concurrency=concurrency, tick=self.tick)
        self._settle_down()

    def morning_after(self, day: date, *, calm: bool, spoil: Callable[[date], Sequence[Mismatch]] | None = None) -> int:
        """D+1 06:00: papers of `day` in, matched. Returns what the sandbox still has to report or to transfer.

        `spoil` does to our own books what a bug would have done, and tells the truth of it.
        """
        self._set_clock(self._at(day + timedelta(days=1), MORNING))
        self._settle_down()
        closed = self.sandbox.close_day(day, calm=calm)
        self._strays |= {str(row.keys["merchant_reference"]) for row in closed.truth if row.code == "EVENT_UNKNOWN_REFERENCE"}
        self._settle_down()
        watch_files(now=clock.now())  # before the morning's files: what should have come yesterday
        for file in closed.files:
            self._take_in(file)
        self.report.truth.append(closed.truth)
        self.report.truth.append(spoil(day) if spoil else ())
        self.report.last_papers = day
        look_around(now=clock.now())
        self.say(f"{day}: {len(closed.files)} files in, matching")
        self.report.runs.extend(reconcile_day(day))
        watch_player_money(entity=self.entity, day=day, now=clock.now())
        return closed.open_items

    def finish(self, last: date) -> None:
        """The mornings after the last day until all papers are in; then the moment at which everything missing is overdue.

        At last the books are proved, as each night: no day is signed on books that never were.
        """
        day = last
        for _ in range(LAST_PAPERS_DAYS):
            day += timedelta(days=1)
            if self.morning_after(day, calm=True) == 0:
                break
        overdue = overdue_day(day, self.currencies)
        self._set_clock(self._at(overdue + timedelta(days=1), MORNING))
        self._settle_down()
        self.say(f"{overdue}: every window has passed, matching once more")
        self.report.runs.extend(reconcile_day(overdue))
        prove_books(actor=system_actor("closing"), now=clock.now())

    def return_to_present(self) -> bool:
        """Back to real time, if that is not behind simulated time: time never goes back. True where it did."""
        if clock.simulation_offset() > timedelta(0):
            return False
        with transaction.atomic():
            clock.set_simulated_now(clock.real_now())
        self.sandbox.set_clock(None)
        self._settle_down()
        return True

    def play_now(self, deposits: Sequence[PlannedDeposit], *, concurrency: int) -> None:
        """Payments of the present day, whose papers have not come yet."""
        self.driver.play_all(deposits, concurrency=concurrency, tick=self.tick)
        self._settle_down()

    def _take_in(self, file: WrittenFile) -> None:
        ingest_file(Path(file.path), source=file.source, account=file.account, is_broken=file.is_broken)
        self.report.files.append(str(file.path))

    def _settle_down(self) -> None:
        took = wait_until_quiet(self.sandbox, seconds=QUIET_SECONDS, strays=self._strays)
        self.report.longest_settling = max(self.report.longest_settling, took)

    def _segment_start(self, day: date, segment: int) -> datetime:
        start, end = self._at(day, OPENS), self._at(day, CLOSES)
        return start + (end - start) * segment / self.segments

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, ZoneInfo(self.entity.zone))

    def _set_clock(self, instant: datetime) -> None:
        patiently(lambda: set_simulated_clock(instant))
        self.sandbox.set_clock(instant)


def set_simulated_clock(instant: datetime) -> None:
    with transaction.atomic():
        clock.set_simulated_now(instant)


def overdue_day(last: date, currencies: Sequence[str]) -> date:
    """The day on which everything of `last` that is missing is overdue, whatever its kind and currency; holidays are not late."""
    return max(due_date(kind, currency, last, days=longest_window(kind)) for kind in WINDOWS for currency in currencies)
