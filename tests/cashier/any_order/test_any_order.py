"""Whatever callers, workers, sweepers and the PSP do, in any order, with events duplicated, delayed and lost: every deposit ends right.

The PSP is the real sandbox process. COUNTROOM_MODEL_EXAMPLES=2000 looks for long, with another seed each time (docs/soak.md).
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from cashier.models import DepositIntent
from config.sandbox.tokens import BEHAVIOURS as BEHAVIOURS_OF_PSP
from config.sandbox.tokens import DECLINES, PAYMENT_MODIFIERS, PAYOUT_MODIFIERS
from tests.cashier.any_order.agreement import bring_to_its_end, no_credit_without_capture, require_agreement
from tests.cashier.any_order.casino import Casino
from tests.cashier.any_order.stillness import Clock, Queue, left_without_trace
from tests.cashier.world import World
from tests.sandbox.running import Receiver, RunningSandbox

pytestmark = pytest.mark.whole

PACE = 0.002
EXAMPLES = int(os.environ.get("COUNTROOM_MODEL_EXAMPLES", "0"))
SUITE = settings(max_examples=8, derandomize=True, phases=(Phase.explicit, Phase.generate), database=None)
LONG = settings(max_examples=EXAMPLES or 1, print_blob=True)
DECLINED = sorted(DECLINES)[:1]  # they differ by their code alone
BEHAVIOURS = sorted({*BEHAVIOURS_OF_PSP} - {"slow", *DECLINES}) + DECLINED
MODIFIERS = sorted({*PAYMENT_MODIFIERS} - {"dispute_lost", "avs_mismatch"})  # those two change nothing of money here
OUTGOING = sorted({*PAYOUT_MODIFIERS, "dup", "late", "lost", "retimed"} - {"payout_pending"})  # that one ends with the PSP's day
TOKENS = st.builds(
    lambda behaviour, modifiers: ".".join((f"tok_{behaviour}", *sorted(modifiers))),
    st.sampled_from(BEHAVIOURS) | st.just("approve"),
    st.sets(st.sampled_from(MODIFIERS), max_size=2),
)
PAYOUT_TOKENS = st.sets(st.sampled_from(OUTGOING), max_size=2).map(lambda modifiers: ".".join(("tok_approve", *sorted(modifiers))))
AMOUNTS = st.integers(1, 20_000)
PARTS = st.sampled_from([1, 33, 50, 100])
AT_ONCE = st.sampled_from([True, True, True, False])
WHICH = st.integers(0, 30)
WAITS = st.sampled_from([timedelta(seconds=2), timedelta(seconds=30), timedelta(minutes=31), timedelta(hours=2), timedelta(days=2)])
CAPTURE_MODES = st.sampled_from(["auto", "manual"])
LATE_MONEY = st.sampled_from(["HOLD", "CREDIT", "REFUND"])


class Deposits(RuleBasedStateMachine):
    """One player's deposits, refunds and payouts, in a transaction that leaves no trace."""

    world: ClassVar[World]
    sandbox: ClassVar[RunningSandbox]
    receiver: ClassVar[Receiver]

    @initialize(late_money=LATE_MONEY, token=TOKENS, amount_minor=AMOUNTS, capture=CAPTURE_MODES)
    def open(self, late_money: str, token: str, amount_minor: int, capture: str) -> None:
        self.stack = ExitStack()
        self.stack.enter_context(left_without_trace())
        clock = self.stack.enter_context(Clock().standing())
        queue = self.stack.enter_context(Queue().filling())
        self.world.brand.late_money = late_money
        self.world.brand.save(update_fields=["late_money"])
        self.casino = Casino(self.world, self.sandbox, self.receiver, clock, queue)
        self.casino.deposit(token, amount_minor, capture)

    @rule(token=TOKENS, amount_minor=AMOUNTS, capture=CAPTURE_MODES, is_worked=AT_ONCE)
    def deposit(self, token: str, amount_minor: int, capture: str, is_worked: bool) -> None:
        self.casino.deposit(token, amount_minor, capture)
        self.work_on(is_worked)

    @precondition(lambda self: any(row.state == "INITIATED" for row in self.casino.intents()))
    @rule(which=WHICH, token=TOKENS, capture=CAPTURE_MODES)
    def authorize_again(self, which: int, token: str, capture: str) -> None:
        self.casino.authorize(one(self.casino.intents(), which), token, capture)

    @precondition(lambda self: self.authorised())
    @rule(which=WHICH, percent=PARTS, is_worked=AT_ONCE)
    def capture(self, which: int, percent: int, is_worked: bool) -> None:
        intent = one(self.authorised(), which)
        self.casino.capture(intent, None if percent == 100 else part(intent.authorised_minor, percent))
        self.work_on(is_worked)

    @precondition(lambda self: self.authorised())
    @rule(which=WHICH)
    def void(self, which: int) -> None:
        self.casino.void(one(self.authorised(), which))

    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        self.casino.cancel(one(self.casino.intents(), which))

    @precondition(lambda self: self.casino.captures())
    @rule(which=WHICH, percent=PARTS, is_worked=AT_ONCE)
    def refund(self, which: int, percent: int, is_worked: bool) -> None:
        capture = one(self.casino.captures(), which)
        self.casino.refund(capture, part(capture.amount_minor, percent))
        self.work_on(is_worked)

    @precondition(lambda self: self.casino.playable())
    @rule(token=PAYOUT_TOKENS, percent=PARTS, is_worked=AT_ONCE)
    def pay_out(self, token: str, percent: int, is_worked: bool) -> None:
        self.casino.pay_out(token, part(self.casino.playable(), percent))
        self.work_on(is_worked)

    @precondition(lambda self: self.casino.challenges())
    @rule(which=WHICH, outcome=st.sampled_from(["approve", "approve", "fail"]))
    def answer_challenge(self, which: int, outcome: str) -> None:
        self.casino.answer_challenge(one(self.casino.challenges(), which), outcome)

    @rule()
    def let_psp_work(self) -> None:
        self.casino.let_psp_work()

    @rule()
    def break_or_mend_psp(self) -> None:
        self.casino.break_psp(is_down=not self.casino.is_psp_down)

    @precondition(lambda self: self.casino.told)
    @rule(which=WHICH, copies=st.integers(1, 2), is_worked=AT_ONCE)
    def deliver(self, which: int, copies: int, is_worked: bool) -> None:
        event = self.casino.told.pop(which % len(self.casino.told))
        for _ in range(copies):
            self.casino.deliver(event)
        self.work_on(is_worked)

    @precondition(lambda self: self.casino.heard)
    @rule(which=WHICH)
    def deliver_again(self, which: int) -> None:
        self.casino.deliver(self.casino.heard[which % len(self.casino.heard)])

    @precondition(lambda self: self.casino.told)
    @rule(which=WHICH)
    def lose(self, which: int) -> None:
        self.casino.lose(self.casino.told.pop(which % len(self.casino.told)))

    @precondition(lambda self: self.casino.queue.messages)
    @rule(which=WHICH, times=st.integers(1, 3))
    def work(self, which: int, times: int) -> None:
        queue = self.casino.queue
        for _ in range(min(times, len(queue.messages))):
            queue.take(which % len(queue.messages))
        self.casino.listen()

    @precondition(lambda self: self.casino.queue.messages)
    @rule(which=WHICH)
    def lose_nudge(self, which: int) -> None:
        self.casino.queue.messages.pop(which % len(self.casino.queue.messages))

    @precondition(lambda self: self.casino.held_for_payer())
    @rule(which=WHICH, is_player=st.booleans())
    def decide_payer(self, which: int, is_player: bool) -> None:
        self.casino.decide_payer(one(self.casino.held_for_payer(), which), is_player=is_player)

    @rule()
    def sweep(self) -> None:
        self.casino.sweep()

    @rule(by=WAITS)
    def wait(self, by: timedelta) -> None:
        self.casino.wait(by)

    @precondition(lambda self: self.casino.player.status == "ACTIVE" and len(self.casino.order) > 3)  # most is refused afterwards
    @rule()
    def close_player(self) -> None:
        self.casino.close_player()

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "casino"):
            no_credit_without_capture(self.casino)

    def teardown(self) -> None:
        if not hasattr(self, "casino"):
            return
        with self.stack:
            bring_to_its_end(self.casino)
            require_agreement(self.casino)

    def work_on(self, is_worked: bool) -> None:
        """As a caller who waits for the answer sees it; else the work stays for later."""
        if is_worked:
            self.casino.queue.drain()
            self.casino.listen()

    def authorised(self) -> list[DepositIntent]:
        return [row for row in self.casino.intents() if row.authorised_minor]


def part(amount_minor: int, percent: int) -> int:
    return max(1, amount_minor * percent // 100)


def one(rows: list[Any], which: int) -> Any:
    return rows[which % len(rows)]


@pytest.fixture(scope="module")
def told() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def quick_sandbox(tmp_path_factory: pytest.TempPathFactory, told: Receiver) -> Iterator[RunningSandbox]:
    """What it does a moment later it does at once."""
    sandbox = RunningSandbox(tmp_path_factory.mktemp("any_order"), webhook_url=told.url, pace=PACE)
    yield sandbox
    assert sandbox.stop() == 0


@pytest.mark.spec("C2", "C3", "C5", "C6", "C8", "C18", "C20", "W3", "W4", "P5", "Z3")
def test_every_deposit_ends_right(
    db: None, now: Any, quick_sandbox: RunningSandbox, told: Receiver, secrets: None, cases: list[dict[str, Any]], redis: Any
) -> None:
    from cashier.models import PayoutPolicy
    from tests.cashier.world import make_world

    Deposits.world, Deposits.sandbox, Deposits.receiver = make_world(now, base_url=quick_sandbox.url), quick_sandbox, told
    PayoutPolicy.objects.create(
        brand=Deposits.world.brand,
        currency="EUR",
        review_above_minor=10**8,
        review_week_above_minor=10**8,
        second_review_above_minor=10**9,
    )
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]
    bounds = settings(LONG if EXAMPLES else SUITE, deadline=None, stateful_step_count=20, suppress_health_check=checks)
    run_state_machine_as_test(Deposits, settings=bounds)
