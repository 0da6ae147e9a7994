"""kill -9 of a run, again and again: started once more it ends as if nothing had happened (R9, C20)."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.databases import TestDatabase
from tests.infra.processes import CHECKOUT

if TYPE_CHECKING:
    from tests.reconciliation.runs.day import Casino


def rows() -> int:
    """How far runs have come: what they have written."""
    from ledger.models import JournalTransaction
    from reconciliation.models import ExceptionCase, Match

    return JournalTransaction.objects.count() + ExceptionCase.objects.count() + Match.objects.count()


def run_killed_after(steps: int, *, day: str, database: TestDatabase) -> int:
    """`manage.py reconcile` in a process of its own, killed when it has written so many rows. Its exit code: -9 where it was killed."""
    before = rows()
    places = {"DATABASE_URL": database.app_url, "DATABASE_OWNER_URL": database.owner_url, "SIMULATION": "true"}
    command = [sys.executable, "manage.py", "reconcile", "--date", day]
    process = subprocess.Popen(command, cwd=CHECKOUT, env={**os.environ, **places}, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        if rows() >= before + steps:
            process.send_signal(signal.SIGKILL)
        time.sleep(0.002)
    return process.wait(60)


@pytest.mark.spec("R9", "C20", "L3")
def test_a_run_killed_three_times_ends_as_if_nothing_had_happened(casino: "Casino", committed_db: TestDatabase) -> None:
    from django.db import transaction

    from ledger import clock
    from ledger.models import JournalTransaction
    from ledger.proofs import prove_ledger
    from reconciliation.models import ReconciliationRun, RunState
    from reconciliation.operations import reconcile
    from tests.reconciliation.runs.day import DAY, unexplained
    from tests.reconciliation.runs.test_broken_day import CODES, play

    # Given a day with a break of every code, its papers taken in
    play(casino)
    casino.set_now(casino.world.now + timedelta(hours=18))
    casino.sandbox.control("POST", "faults", {"profile": {"v": 1, "codes": {code: {"count": 1} for code in CODES}}, "seed": 7})
    closed = casino.sandbox.control("POST", "close_day", {"date": DAY.isoformat()})
    casino.truth += closed["truth"]
    casino.hear()
    for paper in closed["files"]:
        casino.ingest(paper)
    with transaction.atomic():
        clock.set_simulated_now(casino.world.now)

    # When its run is killed at its first row, a little later, and later still
    codes = [run_killed_after(steps, day=DAY.isoformat(), database=committed_db) for steps in (1, 12, 12)]
    assert codes == [-signal.SIGKILL] * 3
    assert ReconciliationRun.objects.exclude(state=RunState.DONE).exists()

    # and started once more, and the days after it, until everything missing is overdue
    casino.runs += reconcile(date=DAY, now=casino.world.now)
    casino.close(DAY + timedelta(days=1))
    casino.set_now(casino.world.now + timedelta(days=8))
    reconcile(date=DAY + timedelta(days=9), now=casino.world.now)

    # Then every break has its one case, nothing else has one, every key was posted once, the books prove
    assert unexplained(casino) == ([], [])
    keys = list(JournalTransaction.objects.values_list("posting_key", flat=True))
    assert len(keys) == len(set(keys))
    report = prove_ledger()
    assert [(check.name, check.differences) for check in report.checks if not check.ok and "Instrument" not in check.name] == []
    assert not ReconciliationRun.objects.exclude(state=RunState.DONE).exists()
