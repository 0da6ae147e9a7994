"""The end of a merchant account's run and the bank line of its batch at the same moment: the run's residual is the proof's (R8, R9)."""

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from tests.concurrency.threads import at_once

if TYPE_CHECKING:
    from reconciliation.models import ReconciliationRun
    from tests.reconciliation.runs.day import Casino

pytestmark = pytest.mark.whole

SHORT = {"v": 1, "codes": {"BANK_SETTLEMENT_AMOUNT_DIFFERS": {"count": 1}}}


@pytest.fixture
def settled(casino: "Casino") -> "Casino":
    """A batch that is posted; the bank's statement, which shows another amount for it, is in and not run."""
    from tests.reconciliation.runs.day import DAY

    casino.deposit(amount_minor=12_000)
    casino.hear()
    casino.close(DAY, profile=SHORT)
    casino.set_now(casino.world.now + timedelta(days=1))
    for paper in casino.sandbox.control("POST", "close_day", {"date": (DAY + timedelta(days=1)).isoformat(), "faults": "none"})["files"]:
        casino.ingest(paper)
    return casino


def run_merchant(casino: "Casino") -> "ReconciliationRun":
    from reconciliation.operations import run_account
    from tests.reconciliation.runs.day import DAY

    return run_account(account=casino.world.account, date=DAY, now=casino.world.now)


def run_bank(casino: "Casino") -> "ReconciliationRun":
    from cashier.models import BankAccount
    from reconciliation.operations import run_account
    from tests.reconciliation.runs.day import DAY

    return run_account(account=BankAccount.objects.get(code="BANK_EUR"), date=DAY + timedelta(days=1), now=casino.world.now)


def until(is_so: Callable[[], bool], seconds: float = 10) -> bool:
    """Wait for it; False where it did not come."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def somebody_waits_for_a_lock() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return bool(cursor.fetchone()[0])


def residuals(casino: "Casino") -> tuple[Any, Any]:
    """What the run holds, and what the proofs of its batches say."""
    from reconciliation.models import ReconciliationRun
    from reconciliation.queries import merchant_residuals
    from tests.reconciliation.runs.day import DAY

    run = ReconciliationRun.objects.get(account_code=casino.world.account.code, date=DAY)
    assert run.state == "DONE"
    return run.residuals, merchant_residuals(casino.world.account, DAY)


def assert_agrees(casino: "Casino") -> None:
    stored, proved = residuals(casino)
    assert stored == proved
    assert any(row["amount_minor"] for row in proved), "the bank showed another amount"


@pytest.mark.spec("R8", "R9")
def test_a_line_that_comes_after_the_run_read_and_before_it_ended_is_counted(settled: "Casino", monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciliation.operations.run import residuals as place

    # Given a run that has read its residuals and has not ended
    has_read, bank_ended = Event(), Event()
    truth = place.merchant_residuals

    def read_and_dawdle(*args: Any) -> Any:
        found = truth(*args)
        if not has_read.is_set():
            has_read.set()
            until(lambda: bank_ended.is_set() or somebody_waits_for_a_lock())
        return found

    monkeypatch.setattr(place, "merchant_residuals", read_and_dawdle)

    # When the bank's line is posted meanwhile
    def bank() -> Any:
        has_read.wait(30)
        try:
            return run_bank(settled)
        finally:
            bank_ended.set()

    outcomes = at_once([lambda: run_merchant(settled), bank])

    # Then it waited for the run, and the run tells of it
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert_agrees(settled)


@pytest.mark.spec("R8", "R9")
def test_a_line_that_was_posted_and_not_committed_when_the_run_ended_is_counted(settled: "Casino", monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciliation.operations.run import bank as place

    # Given a bank line that is posted, its transaction open
    is_posted, run_ended = Event(), Event()
    truth = place.post_settlement

    def post_and_dawdle(*args: Any, **facts: Any) -> None:
        truth(*args, **facts)
        is_posted.set()
        until(lambda: run_ended.is_set() or somebody_waits_for_a_lock())

    monkeypatch.setattr(place, "post_settlement", post_and_dawdle)

    # When the merchant account's run ends meanwhile
    def merchant() -> Any:
        is_posted.wait(30)
        try:
            return run_merchant(settled)
        finally:
            run_ended.set()

    outcomes = at_once([lambda: run_bank(settled), merchant])

    # Then the run waited for the line
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert_agrees(settled)


@pytest.mark.spec("R8", "R9")
def test_runs_of_both_again_and_again_agree_and_never_lock_each_other_out(settled: "Casino") -> None:
    outcomes = at_once([lambda: run_merchant(settled), lambda: run_bank(settled)])
    for _ in range(3):
        outcomes += at_once([lambda: run_bank(settled), lambda: run_merchant(settled)])

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert_agrees(settled)
