"""Calls under an open circuit, above the rate, through a person's hold: answered at once, nothing sent, nothing lost (C8, C9)."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import ANY

import pytest

from cashier import operations
from cashier.breakers import read_circuits
from cashier.models import BreakerChange, BreakerState, DepositIntent, MerchantAccount, PspCall
from cashier.operations.answers import refuse_unsent
from cashier.operations.calls import lookup
from cashier.operations.guarded import HeldBack
from cashier.refusals import Invalid, NotInThisState, PspUnavailable
from ledger.actors import Actor
from ledger.clock import real_now
from ledger.models import AuditRecord
from tests.cashier.world import CALLER, World
from tests.sandbox.running import RunningSandbox

ADA = Actor("user", "1")
State = DepositIntent.State


class Clock:
    """The guards' time: it stands still until a test lets it go on, or they wait, however long the machine takes."""

    def __init__(self) -> None:
        self.at = time.time()

    def time(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in ("cashier.breakers.doors", "cashier.operations.guarded"):
        monkeypatch.setattr(f"{module}.time", clock)
    return clock


@pytest.fixture
def quick(world: World) -> World:
    """An account whose circuit opens after two calls without an answer, for a second."""
    world.account.breaker_min_calls = 2
    world.account.breaker_open_seconds = 1
    world.account.breaker_probes = 1
    world.account.save()
    return world


def force(world: World, state: BreakerState, account: MerchantAccount | None = None) -> None:
    operations.force_circuit(
        account_id=(account or world.account).pk, state=state, minutes=5, reason="they told us so", actor=ADA, now=world.now
    )


def circuit(world: World) -> BreakerState:
    account = world.fresh(world.account)
    return read_circuits([account])[account.code].state


def break_circuit(world: World) -> None:
    for _ in range(2):
        assert world.send(world.begin(world.intent(), "tok_error")) == "unknown"
    assert circuit(world) is BreakerState.OPEN


def due_again(row: Any) -> None:
    """Its next try is now, long after it was sent."""
    fresh = type(row).objects.get(pk=row.pk)
    fresh.next_try_at = real_now() - timedelta(seconds=1)
    fresh.sent_at = fresh.sent_at and real_now() - timedelta(minutes=1)
    fresh.save()


@pytest.mark.spec("C9")
def test_calls_without_an_answer_open_the_circuit_and_the_next_is_answered_without_calling(quick: World, sandbox: RunningSandbox) -> None:
    waiting = quick.begin(quick.intent())
    break_circuit(quick)

    assert quick.send(waiting) == "refused: circuit open"

    row, intent = quick.fresh(waiting), quick.fresh(waiting.intent)
    assert (row.call_state, row.outcome, row.decline_code, row.sent_at) == (PspCall.CallState.DONE, "REFUSED", "psp_unavailable", None)
    assert sandbox.control("GET", f"books?merchant_reference={intent.public_id}")["charges"] == []
    change = BreakerChange.objects.get(to_state=BreakerState.OPEN)
    assert (change.merchant_account_id, change.cause, change.calls, change.failures) == (quick.account.pk, "failures", 2, 2)


@pytest.mark.spec("C8", "C9", "C11")
@pytest.mark.parametrize("state", [PspCall.CallState.SENT, PspCall.CallState.UNKNOWN, PspCall.CallState.DONE])
def test_what_another_worker_has_sent_meanwhile_is_not_refused(world: World, state: str) -> None:
    """The circuit kept it back, and before that was written down another worker sent it: no other PSP may be tried beside it."""
    attempt = world.begin(world.intent())
    attempt.call_state = state
    attempt.save()

    assert refuse_unsent(attempt.pk, world.now) is False

    row = world.fresh(attempt)
    assert (row.call_state, row.outcome, row.decline_code) == (state, "", "")
    assert world.fresh(attempt.intent).state == State.INITIATED
    assert attempt.intent.attempts.count() == 1


@pytest.mark.spec("C8", "C13")
def test_what_a_challenge_brought_waits_for_the_circuit(world: World) -> None:
    """The PSP knows the payment: it is not failed because we can't reach the PSP for a while."""
    attempt = world.begin(world.intent(), "tok_challenge")
    assert world.send(attempt) == "ACTION_REQUIRED"
    row = world.fresh(attempt)
    row.call_state, row.tries = PspCall.CallState.READY, 0
    row.save()
    force(world, BreakerState.OPEN)

    assert world.send(row) == "held back: circuit open"

    assert (world.fresh(row).call_state, world.fresh(row).outcome) == (PspCall.CallState.READY, "ACTION_REQUIRED")
    assert world.fresh(attempt.intent).state == State.ACTION_REQUIRED


@pytest.mark.spec("C9")
def test_declines_are_answers(quick: World) -> None:
    for _ in range(4):
        assert quick.pay("tok_decline_do_not_honour").state == State.FAILED

    assert circuit(quick) is BreakerState.CLOSED
    assert not BreakerChange.objects.exists()


@pytest.mark.spec("C9")
def test_a_probe_that_is_answered_closes_it_again(quick: World, clock: Clock) -> None:
    break_circuit(quick)
    clock.at += 1.05

    assert quick.pay("tok_approve").state == State.CAPTURED

    assert circuit(quick) is BreakerState.CLOSED
    states = BreakerChange.objects.order_by("pk").values_list("to_state", flat=True)
    assert list(states) == [BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED]


@pytest.mark.spec("C9")
def test_a_capture_waits_for_the_circuit_and_is_sent_after(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve", capture="manual")
    capture = operations.begin_capture(intent_id=intent.pk, amount_minor=None, operation_key="", actor=CALLER, now=world.now)
    force(world, BreakerState.OPEN)

    assert operations.run_call(operations.CAPTURE, call_id=capture.pk, now=world.now) == "held back: circuit open"

    held = world.fresh(capture)
    assert (held.call_state, held.sent_at) == (PspCall.CallState.READY, None)
    assert held.next_try_at > real_now()
    assert operations.run_call(operations.CAPTURE, call_id=capture.pk, now=world.now) == "not due"
    operations.let_circuit_go(account_id=world.account.pk, reason="they are back", actor=ADA, now=world.now)
    due_again(capture)
    assert operations.run_call(operations.CAPTURE, call_id=capture.pk, now=world.now) == "CAPTURED"
    assert world.fresh(intent).state == State.CAPTURED


@pytest.mark.spec("C8", "C9")
def test_an_unknown_outcome_is_asked_for_through_an_open_circuit(world: World, sandbox: RunningSandbox) -> None:
    attempt = world.begin(world.intent(), "tok_error_after")
    assert world.send(attempt) == "unknown"
    force(world, BreakerState.OPEN)
    due_again(attempt)

    assert world.send(attempt) == "CAPTURED"

    assert world.fresh(attempt.intent).state == State.CAPTURED
    assert world.wallet() == {"playable": 5000}


@pytest.mark.spec("C9")
def test_what_the_psp_does_not_know_is_not_sent_again_through_an_open_circuit(world: World, sandbox: RunningSandbox) -> None:
    intent = world.intent()
    attempt = world.begin(intent, "tok_error")
    world.send(attempt)
    force(world, BreakerState.OPEN)
    due_again(attempt)

    assert world.send(attempt) == "held back"

    assert world.fresh(attempt).call_state == PspCall.CallState.UNKNOWN
    assert sandbox.control("GET", f"books?merchant_reference={intent.public_id}")["charges"] == []


@pytest.mark.spec("C9")
def test_questions_have_an_allowance_that_ends_and_fills_again(world: World, clock: Clock) -> None:
    world.account.lookups_per_minute = 12  # two at once, then one in five seconds
    world.account.save()
    force(world, BreakerState.OPEN)
    account = world.fresh(world.account)

    for _ in range(2):
        assert lookup(account, merchant_reference="pi_nobody") is None
    with pytest.raises(HeldBack) as held:
        lookup(account, merchant_reference="pi_nobody")

    assert held.value.until == pytest.approx(clock.at + 5)


@pytest.mark.spec("C9")
def test_above_its_rate_a_call_waits_and_nothing_is_lost(world: World, clock: Clock) -> None:
    world.account.rate_per_second = 1
    world.account.rate_burst = 1
    world.account.save()
    first, second = world.begin(world.intent()), world.begin(world.intent())

    assert world.send(first) == "CAPTURED"
    assert world.send(second) == "held back: rate limited"

    held = world.fresh(second)
    assert (held.call_state, held.sent_at) == (PspCall.CallState.READY, None)
    clock.at += 1.05
    due_again(second)
    assert world.send(second) == "CAPTURED"


@pytest.mark.spec("C9", "A5")
def test_an_authorisation_is_refused_at_once_where_every_circuit_is_open(world: World) -> None:
    for account in (world.account, world.other_account):
        force(world, BreakerState.OPEN, account)
    intent = world.intent()

    with pytest.raises(PspUnavailable) as refusal:
        world.begin(intent)

    assert refusal.value.code == "PSP_UNAVAILABLE"
    assert world.fresh(intent).state == State.INITIATED
    assert not intent.attempts.exists()


@pytest.mark.spec("C9")
def test_another_account_takes_it_where_one_circuit_is_open(world: World) -> None:
    force(world, BreakerState.OPEN)

    assert world.begin(world.intent()).merchant_account_id == world.other_account.pk


@pytest.mark.spec("C9", "S5")
def test_a_hold_is_a_persons_word_with_reason_and_end(quick: World, clock: Clock) -> None:
    break_circuit(quick)

    force(quick, BreakerState.CLOSED)

    assert quick.pay("tok_approve").state == State.CAPTURED
    record = AuditRecord.objects.get(act="breaker.forced_closed")
    assert (record.reason, record.target_id) == ("they told us so", quick.account.public_id)
    assert record.detail == {"code": "SANDBOX_EU", "until": ANY}
    change = BreakerChange.objects.get(cause="forced_closed")
    assert (change.from_state, change.to_state, change.reason, change.actor_id) == ("open", "closed", "they told us so", "1")
    account = quick.fresh(quick.account)
    account.breaker_forced_until = datetime.fromtimestamp(clock.at, UTC) - timedelta(seconds=1)
    account.save()
    assert circuit(quick) is BreakerState.OPEN


@pytest.mark.spec("C9")
def test_holds_that_are_refused(world: World) -> None:
    asked: dict[str, Any] = {"account_id": world.account.pk, "actor": ADA, "now": world.now}
    wrongs: tuple[dict[str, Any], ...] = (
        {"state": BreakerState.HALF_OPEN, "minutes": 5, "reason": "because"},
        {"state": BreakerState.OPEN, "minutes": 0, "reason": "because"},
        {"state": BreakerState.OPEN, "minutes": 1441, "reason": "because"},
        {"state": BreakerState.OPEN, "minutes": 5, "reason": " "},
    )
    for wrong in wrongs:
        with pytest.raises(Invalid):
            operations.force_circuit(**asked, **wrong)
    with pytest.raises(NotInThisState):
        operations.let_circuit_go(**asked, reason="because")

    assert not BreakerChange.objects.exists()
    assert not AuditRecord.objects.filter(act__startswith="breaker.").exists()
