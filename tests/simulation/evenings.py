"""The evening of a day, kept and put back: each break befalls a copy of the same day, whose deposits were made once.

All that is broken is broken after the day's last payment: by the sandbox as it closes its books, in ours by `corrupt`. So what
came before is the same for every code, but for those that need days of their own (OWN_DAYS).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from config.simulation.options import Options
from config.simulation.plan import ASKED
from config.simulation.simulate import end_days, match_day, play_day
from config.simulation.truth import Truth
from tests.databases import TestDatabase
from tests.furnished import django_on
from tests.simulation.hands import Stage, staged

# Whose token alone leaves a case; and those that need the papers of an earlier day: a number, a statement, what the bank began with.
OWN_DAYS = (*(code for code, _ in ASKED.values()), "SETTLEMENT_REPORT_GAP", "STATEMENT_GAP", "PLAYER_FUNDS_SHORTFALL")


@dataclass(frozen=True)
class Evening:
    """Both sides' books after the last payment. `database`: a copy of ours; `books`: a copy of the sandbox's."""

    stage: Stage
    database: TestDatabase
    books: Path

    @contextmanager
    def broken_by(self, code: str) -> Iterator[Truth]:
        """The day as this code alone breaks it, its morning, and what follows until everything missing is overdue; Django is there."""
        options = replace(self.stage.options, each=(code,), days=1)
        self.database.restore()
        _copy(self.books, self.stage.books)
        with django_on(self.database):
            days = self.stage.days()
            match_day(days, options, self.stage.house, self.stage.first, 0)
            yield end_days(days, options, self.stage.house, self.stage.first)
        assert self.database.unbalanced() == [], "the journal does not sum to zero"


@contextmanager
def evening_of(options: Options, worker: TestDatabase, *, folder: Path, **place: Any) -> Iterator[Evening]:
    """The first day of these options, played in a database beside the worker's. `place`: as `staged` takes it."""
    played = worker.beside("evening")
    copied = replace(worker.beside("night"), template=played.name)
    played.recreate()
    try:
        with ExitStack() as stack:
            with django_on(played):
                stage = stack.enter_context(staged(options, folder=folder, **place))
                play_day(stage.days(), options, stage.first, 0)
            _copy(stage.books, folder / "evening.sqlite3")
            yield Evening(stage, copied, folder / "evening.sqlite3")
    finally:
        copied.drop()
        played.drop()


def _copy(books: Path, to: Path) -> None:
    """All of it in one transaction of the other, whoever has that open."""
    with closing(sqlite3.connect(books)) as source, closing(sqlite3.connect(to, timeout=30)) as target:
        source.backup(target)
