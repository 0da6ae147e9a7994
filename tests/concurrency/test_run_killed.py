"""kill -9 of a day's work at ten points: started once more it ends as if nothing had happened (R9, C20)."""

import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.databases import TestDatabase

if TYPE_CHECKING:
    from tests.reconciliation.runs.day import Casino

pytestmark = pytest.mark.whole

POINTS = 10
# What each part of the work has something to do for: pairs, evidence, prices, groups, reserves, parts, duplicates, what is missing.
MORE_CODES = (
    "BANK_LINE_DUPLICATED", "BANK_ENTRY_REVERSED", "SETTLEMENT_SPLIT_OR_MERGED", "FX_RATE_DIFFERS", "ROUNDING_DIFFERENCE", "FEE_DIFFERS",
    "CHARGEBACK_FEE_NOT_BOOKED", "PSP_FUNDS_HELD", "PSP_BALANCE_DIFFERS", "RESERVE_DIFFERS", "REFUND_PAID_TWICE", "PAYOUT_PAID_TWICE",
    "CURRENCY_DIFFERS", "STATUS_DIFFERS",
)  # fmt: skip


def bring_in(casino: "Casino") -> None:
    """Two days' papers, taken in and not run, the first day's with a break of every code; then what is missing is overdue."""
    from tests.reconciliation.runs.day import DAY
    from tests.reconciliation.runs.test_broken_day import CODES, play
    from tests.simulation.test_codes_of_contracts import agree, deposit_in_kronor
    from tests.simulation.test_reserve import withhold

    agree(casino)
    withhold(casino)
    play(casino)
    deposit_in_kronor(casino, 50_000)
    casino.hear()
    broken = {"v": 1, "codes": {code: {"count": 1} for code in (*CODES, *MORE_CODES)}}
    for number, profile in enumerate((broken, "none")):
        casino.set_now(casino.world.now + timedelta(days=1))
        casino.sandbox.control("POST", "faults", {"profile": profile, "seed": 7})
        closed = casino.sandbox.control("POST", "close_day", {"date": (DAY + timedelta(days=number)).isoformat()})
        casino.truth += closed["truth"]
        casino.hear()
        for paper in closed["files"]:
            casino.ingest(paper)
    casino.set_now(casino.world.now + timedelta(days=8))


def work_of(casino: "Casino") -> Callable[[], object]:
    """What is done of a morning: files that are late, every account, players' money, all that is watched."""
    from reconciliation.operations import reconcile
    from reconciliation.operations.closing import watch_player_money
    from reconciliation.operations.late_files import watch_files
    from reconciliation.operations.watching import look_around
    from tests.reconciliation.runs.day import DAY

    now = casino.world.now

    def work() -> None:
        watch_files(now=now)
        reconcile(date=DAY + timedelta(days=9), now=now)
        watch_player_money(entity=casino.world.entity, day=DAY, now=now)
        look_around(now=now)  # at the end: whoever looks in between sees what is not done yet

    return work


@pytest.mark.spec("R9", "C20", "L3")
def test_a_days_work_killed_at_any_of_ten_points_ends_as_if_nothing_had_happened(casino: "Casino", committed_db: TestDatabase) -> None:
    from django.db import connections

    from ledger.proofs import prove_ledger
    from tests.concurrency.killing import killed_before, statements_of
    from tests.concurrency.outcome import differences, outcome
    from tests.furnished import django_on

    # Given a day with a break of every code, its papers taken in, and the same day in a copy, whose work is not disturbed
    bring_in(casino)
    work = work_of(casino)
    connections.close_all()
    copy = replace(committed_db.beside("copy"), template=committed_db.name)
    try:
        copy.restore()
        with django_on(copy):
            statements = statements_of(work)
            undisturbed = outcome()
            wrong = [check for check in prove_ledger().checks if not check.ok and "Instrument" not in check.name]
        assert [(check.name, check.differences) for check in wrong] == []
        assert {row["code"] for row in casino.truth} <= {case.split('"')[1] for case in undisturbed["cases"]}

        # When the work is killed at each of ten points, and started once more
        for point in range(POINTS):
            copy.restore()
            with django_on(copy):
                fatal = statements * (2 * point + 1) // (2 * POINTS)
                assert killed_before(fatal, work) == -signal.SIGKILL
                work()
                # Then it is the same as if nothing had happened
                assert differences(undisturbed, outcome()) == {}, f"killed before statement {fatal} of {statements}"
    finally:
        copy.drop()
