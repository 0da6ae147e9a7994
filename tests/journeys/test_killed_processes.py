"""kill -9 in the middle of payments: every deposit ends, nobody is charged twice, the books prove (C7, C8, C20)."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import cycle, islice

import pytest

from config.simulation.plan import PlannedDeposit
from tests.infra.processes import eventually
from tests.journeys.living import LivingStack

pytestmark = pytest.mark.whole

CONCURRENCY = 24
HANGS_SECONDS = 60
# token, method, capture, what the payer does on the challenge page
MIX = (
    *(("approve", "card", "auto", ""),) * 6,
    *(("approve", "card", "manual", ""),) * 3,
    *(("challenge", "card", "auto", "approve"),) * 2,
    *(("pending", "paybybank", "auto", ""),) * 2,
    ("timeout_after", "card", "auto", ""),
    ("error_after", "card", "auto", ""),
    ("approve.dup", "card", "auto", ""),
    ("pending_fail", "paybybank", "auto", ""),
    ("decline_do_not_honour", "card", "auto", ""),
    ("challenge", "card", "auto", "fail"),
    ("challenge_abandon", "card", "auto", "abandon"),
)


def planned(count: int) -> list[PlannedDeposit]:
    """Deposits of all kinds, of different amounts."""
    return [
        PlannedDeposit(
            number=number, segment=0, account=0, player=number, currency="EUR", amount_minor=2000 + number, method=method, token=token,
            capture=capture, challenge=challenge, follow_up="", part=100, payout_token="approve",
        )
        for number, (token, method, capture, challenge) in enumerate(islice(cycle(MIX), count))
    ]  # fmt: skip


def play(stack: LivingStack, deposits: Sequence[PlannedDeposit], *, disturb: Callable[[int], None]) -> tuple[str, Counter[str]]:
    """Play them many at a time; `disturb` is told after each how many are done. Returns the run and how deposits ended."""
    run_id = f"kill-{os.urandom(4).hex()}"
    driver, done = stack.driver(run_id), iter(range(1, len(deposits) + 1))
    driver.play_all(deposits, concurrency=CONCURRENCY, tick=lambda: disturb(next(done)))
    return run_id, driver.tally


def pass_time(stack: LivingStack, step: timedelta) -> None:
    """Time goes on for us and for the PSP."""
    from django.db import transaction

    from ledger import clock

    instant = clock.now() + step
    with transaction.atomic():
        clock.set_simulated_now(instant)
    stack.sandbox.set_clock(instant)


def capture_the_rest(stack: LivingStack, run_id: str) -> None:
    """What waits for the casino's word, for days if it does not come."""
    from cashier.models import DepositIntent, DepositState

    waiting = DepositIntent.objects.filter(attempts__payment_token__contains=run_id, state=DepositState.AUTHORIZED)
    for intent in waiting.filter(attempts__capture_mode="manual"):
        answer = stack.platform.post(f"/v1/cashier/intents/{intent.public_id}/capture", {}, key=f"{run_id}:{intent.public_id}")
        assert answer.status in (200, 202), answer.body


def assert_all_ended(stack: LivingStack, run_id: str, count: int) -> None:
    """Every deposit of the run has ended; what we captured is what the PSP charged, deposit by deposit; the proofs hold."""
    from cashier.models import Attempt, DepositIntent, PspCall
    from cashier.models.deposits import OPEN_STATES

    attempts = Attempt.objects.filter(payment_token__contains=run_id).select_related("intent")
    intents = DepositIntent.objects.filter(pk__in=attempts.values("intent_id"))
    assert intents.count() == count
    assert not intents.filter(state__in=OPEN_STATES).exists(), list(intents.filter(state__in=OPEN_STATES).values_list("state", flat=True))
    assert set(attempts.values_list("call_state", flat=True)) == {PspCall.CallState.DONE}

    books = stack.sandbox.books()
    assert (books["double_charged"], books["double_paid"]) == ([], [])
    charged = {row["merchant_reference"]: row["charged_minor"] for row in books["charges"]}
    ours = {intent.public_id: int(intent.captured_minor) for intent in intents}
    assert ours == {reference: charged.get(reference, 0) for reference in ours}
    assert sum(ours.values()) > 0
    assert stack.told("ledger_prove")["ok"]


@pytest.mark.spec("C7", "C8", "C20", "Z3", "L10")
def test_workers_killed_while_200_deposits_are_in_flight(stack: LivingStack) -> None:
    # Given 200 deposits of all kinds, of which some are never answered, and two workers that are killed meanwhile
    deaths = {40: "worker-psp", 80: "worker", 120: "worker-psp"}
    before: dict[str, int] = {}

    def disturb(done: int) -> None:
        if name := deaths.get(done):
            before[name] = stack.running.pid_of(name)
            stack.kill(name)

    run_id, tally = play(stack, planned(200), disturb=disturb)

    # When the supervisor has started them again, and those who abandoned their challenge are past their time
    for name, pid in before.items():
        stack.awaits_restart(name, before=pid)
    pass_time(stack, timedelta(hours=2))
    stack.settle_down()

    # Then all have ended, and the PSP's books are ours
    assert sum(tally.values()) == 200
    assert tally["deposit.CAPTURED"] > 100
    assert_all_ended(stack, run_id, 200)


@pytest.mark.spec("A3", "C7", "C8")
def test_the_web_killed_while_it_waits_and_the_same_key_again(stack: LivingStack) -> None:
    from cashier.models import Attempt, DepositIntent
    from ledger.clock import real_now
    from ledger.models import IdempotencyKey

    # Given a deposit that its PSP takes two seconds to answer, and a web that is killed while it waits
    (deposit,) = planned(1)
    driver = stack.driver(run_id := f"web-{os.urandom(4).hex()}")
    intent_id = driver._create(deposit, driver._player(deposit))
    body = {"payment_token": f"tok_slow~{run_id}", "capture": "auto", "return_url": "https://casino.example/return"}
    answers: list[object] = []
    caller = threading.Thread(
        target=lambda: answers.append(stack.platform.post(f"/v1/cashier/intents/{intent_id}/authorize", body, key=run_id))
    )
    caller.start()
    assert eventually(lambda: Attempt.objects.filter(payment_token__contains=run_id, call_state="SENT").exists())
    before = stack.running.pid_of("web")
    stack.kill("web")
    stack.awaits_restart("web", before=before)

    # When the same client sends the same request again until it is answered (the dead request's lease runs out meanwhile)
    IdempotencyKey.objects.filter(key=run_id).update(leased_until=real_now())
    caller.join(180)

    # Then the answer is that of the one charge
    assert [answer.body["status"] for answer in answers] == ["CAPTURED"]  # type: ignore[attr-defined]
    stack.settle_down()
    assert DepositIntent.by_public(intent_id).captured_minor == deposit.amount_minor
    assert Attempt.objects.filter(payment_token__contains=run_id).count() == 1
    (charge,) = [row for row in stack.sandbox.books()["charges"] if row["merchant_reference"] == intent_id]
    assert (charge["payments"], charge["charged_minor"]) == (1, deposit.amount_minor)
    assert stack.told("ledger_prove")["ok"]


@pytest.mark.spec("C8", "C22")
def test_redis_killed_during_deposits_loses_no_work(stack: LivingStack) -> None:
    # Given deposits in flight, and a Redis that dies with what it knew
    before = stack.redis_pid()
    workers = {name: stack.running.pid_of(name) for name in ("worker", "worker-psp", "worker-recon")}

    def disturb(done: int) -> None:
        if done == 10:
            stack.kill_redis()

    run_id, tally = play(stack, planned(40), disturb=disturb)

    # When it is back
    assert eventually(lambda: stack.redis_pid() != before)
    pass_time(stack, timedelta(hours=2))
    stack.settle_down()

    # Then every deposit has ended all the same, and each worker is a new one: none lives on over a connection that was lost
    assert sum(tally.values()) == 40
    for name, pid in workers.items():
        stack.awaits_restart(name, before=pid)
    assert_all_ended(stack, run_id, 40)


@pytest.mark.spec("C8", "C22")
def test_redis_that_hangs_during_deposits_loses_no_work(stack: LivingStack) -> None:
    """Long enough for workers to give up their connections, as a paused machine or a network that drops all would make them."""
    # Given deposits in flight, and a Redis that takes connections and answers nothing
    pid = stack.redis_pid()
    goes_on = threading.Timer(HANGS_SECONDS, os.kill, (pid, signal.SIGCONT))

    def disturb(done: int) -> None:
        if done == 10:
            os.kill(pid, signal.SIGSTOP)
            goes_on.start()

    run_id, tally = play(stack, planned(40), disturb=disturb)

    # When it answers again, and the casino captures what was authorised after its page had given up
    goes_on.join()
    stack.settle_down()
    capture_the_rest(stack, run_id)
    pass_time(stack, timedelta(hours=2))
    stack.settle_down()

    # Then every deposit has ended all the same
    assert sum(tally.values()) == 40
    assert_all_ended(stack, run_id, 40)
