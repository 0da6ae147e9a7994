"""Runs, papers and people in any order: proofs stay green, clearing ends right, what people decided and signed stands (R6, R9, D3).

COUNTROOM_MODEL_EXAMPLES=200 looks for long, with another seed each time (docs/soak.md).
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.databases import TestDatabase
from tests.furnished import Furnished, django_on, furnished
from tests.reconciliation.any_order.office import ACCOUNTS, PAPERS, Office, make_office
from tests.reconciliation.any_order.standing import (
    Decided,
    require_proved,
    require_replayed,
    require_right_ends,
    require_stated_bank,
    require_whole_batches,
)

pytestmark = pytest.mark.whole

EXAMPLES = int(os.environ.get("COUNTROOM_MODEL_EXAMPLES", "0"))
SUITE = settings(max_examples=4, derandomize=True, phases=(Phase.explicit, Phase.generate), database=None)
LONG = settings(max_examples=EXAMPLES or 1, print_blob=True)
PROVED_EVERY = 4
WHICH = st.integers(0, 30)
MOSTLY = st.sampled_from([True, True, True, False])


class Day(RuleBasedStateMachine):
    """One day in the office, in a database of its own."""

    begin: ClassVar[Furnished]
    database: ClassVar[TestDatabase]

    @initialize()
    def open(self) -> None:
        self.stack = ExitStack()
        self.database.restore()
        self.stack.enter_context(django_on(self.database))
        self.office: Office = self.begin.rows()
        self.decided = Decided()
        self.steps = 0

    @rule(account=st.sampled_from(ACCOUNTS), day=st.integers(0, 3))
    def run(self, account: str, day: int) -> None:
        self.office.run(account, day)
        self.decided.require_unchanged()

    @rule()
    def run_all(self) -> None:
        for account in ACCOUNTS:
            self.office.run(account, 2)
        self.decided.require_unchanged()

    @precondition(lambda self: len(self.office.here) < len(PAPERS))
    @rule(which=WHICH)
    def bring_paper(self, which: int) -> None:
        self.office.bring(one([paper for paper in PAPERS if paper not in self.office.here], which))
        self.decided.require_unchanged()

    @rule()
    def pass_day(self) -> None:
        self.office.pass_day()

    @precondition(lambda self: self.office.live_matches())
    @rule(which=WHICH, agrees=MOSTLY)
    def unmatch(self, which: int, agrees: bool) -> None:
        self.office.unmatch(one(self.office.live_matches(), which), agrees=agrees)
        self.decided.note()

    @precondition(lambda self: self.office.cases())
    @rule(which=WHICH, item=WHICH, agrees=MOSTLY)
    def name_item(self, which: int, item: int, agrees: bool) -> None:
        """A line in suspense is said to be a capture's, or a payout's: the right one or another."""
        from reconciliation.models import SettlementBatch

        case = one(self.office.cases(), which)
        items = [batch.public_id for batch in SettlementBatch.objects.order_by("pk")] if case.bank_account else self.office.captures
        if items:
            self.office.end(case, "identify_line", one(items, item), agrees=agrees)
            self.decided.note()

    @precondition(lambda self: self.office.cases())
    @rule(which=WHICH, way=WHICH, agrees=MOSTLY)
    def end_case(self, which: int, way: int, agrees: bool) -> None:
        case = one(self.office.cases(), which)
        ways = self.office.ways(case)
        if ways:
            self.office.end(case, one(ways, way), agrees=agrees)
            self.decided.note()

    @rule()
    def prepare(self) -> None:
        self.office.prepare()
        self.decided.note()

    @rule(approve=MOSTLY)
    def sign(self, approve: bool) -> None:
        self.office.sign(approve=approve)
        self.decided.note()

    @rule()
    def reopen(self) -> None:
        self.office.reopen()
        self.decided.note()

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "office"):
            return
        self.steps += 1
        require_whole_batches()
        require_right_ends(self.office)
        if self.steps % PROVED_EVERY == 0:
            require_proved()

    def teardown(self) -> None:
        if not hasattr(self, "office"):
            return
        with self.stack:
            for paper in PAPERS:
                self.office.bring(paper)
            for _ in range(2):
                self.run_all()
            self.holds()
            require_stated_bank(self.office)
            require_proved()
            require_replayed()


def one(rows: list[Any], which: int) -> Any:
    return rows[which % len(rows)]


@pytest.fixture
def begin(django_db_setup: TestDatabase, django_db_blocker: Any, redis: Any, settings: Any, tmp_path: Any) -> Iterator[Furnished]:
    """The house with its first papers, in a database that each example copies."""
    settings.MEDIA_ROOT = str(tmp_path / "files")
    with django_db_blocker.unblock(), furnished(django_db_setup, "office", make_office) as made:
        yield made


@pytest.mark.spec("R6", "R8", "R9", "D3", "L9", "L10", "L16", "S1")
def test_runs_papers_and_people_in_any_order(begin: Furnished, django_db_setup: TestDatabase) -> None:
    Day.begin, Day.database = begin, replace(django_db_setup.beside("any_order"), template=begin.database.name)
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]
    bounds = settings(LONG if EXAMPLES else SUITE, deadline=None, stateful_step_count=20, suppress_health_check=checks)
    try:
        run_state_machine_as_test(Day, settings=bounds)
    finally:
        Day.database.drop()
