"""A void that is refused because the money was taken: it is asked for and booked, whatever is lost on the way (C5, C8, C20)."""

from datetime import timedelta

import pytest

from cashier import operations
from cashier.models import DepositIntent, Void
from cashier.operations import sweep, void_outcomes
from cashier.operations.endings import end_intent
from cashier.psp.base import LookupNotOffered, Outcome, PspResult, PspTimeout
from ledger.clock import real_now
from tests.cashier.world import CALLER, World
from tests.sandbox.running import RunningSandbox

State = DepositIntent.State


@pytest.fixture
def void(world: World, sandbox: RunningSandbox) -> Void:
    """Of an authorisation that was answered after its intent had ended; meanwhile the PSP captured it."""
    intent = world.intent()
    attempt = world.begin(intent, capture="manual")
    end_intent(intent=world.fresh(intent), state=State.EXPIRED, occurred_at=world.now, actor=CALLER, now=world.now)
    world.send(attempt)
    body = {"merchant_reference": "made-elsewhere", "amount": {"minor_units": 5000, "currency": "EUR"}}
    assert sandbox.post(f"/v1/payments/{world.fresh(attempt).psp_ref}/captures", body).status_code == 201
    return intent.voids.get()


def work(world: World, void: Void) -> str:
    Void.objects.filter(pk=void.pk).update(next_try_at=real_now() - timedelta(minutes=1), nudged_at=None)
    return operations.run_call(operations.VOID, call_id=void.pk, now=world.now)


def assert_booked(world: World, void: Void) -> None:
    void = world.fresh(void)
    assert (void.outcome, void.call_state) == ("REFUSED", "DONE")
    assert (world.fresh(void.intent).state, world.kinds(void.intent)) == (State.CAPTURED, ["DEPOSIT_LATE_MONEY"])
    assert (world.wallet(), world.cases()) == ({"locked": 5000}, ["PSP_SUCCESS_AFTER_TERMINAL"])


@pytest.mark.spec("C5", "C8")
def test_of_an_ended_intent_it_is_booked_without_a_message(world: World, void: Void) -> None:
    assert operations.run_call(operations.VOID, call_id=void.pk, now=world.now) == "REFUSED"

    assert_booked(world, void)


@pytest.mark.spec("C8", "C20")
def test_where_the_psp_gives_no_answer_the_sweeper_asks_again(world: World, void: Void, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*args: object, **names: object) -> None:
        raise PspTimeout("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(void_outcomes, "lookup", hang)
        operations.run_call(operations.VOID, call_id=void.pk, now=world.now)
    assert (world.fresh(void).outcome, world.fresh(void).call_state, world.wallet()) == ("REFUSED", "UNKNOWN", {})

    Void.objects.update(next_try_at=real_now() - timedelta(minutes=1), nudged_at=None)
    assert sweep.sweep_calls() == 1
    work(world, void)
    assert_booked(world, void)


@pytest.mark.spec("C8", "C20")
def test_a_worker_that_dies_before_it_asks_leaves_an_open_call(world: World, void: Void) -> None:
    assert void_outcomes.record_void_answer(void.pk, PspResult(Outcome.REFUSED), world.now)
    assert world.wallet() == {}

    work(world, void)

    assert_booked(world, void)


@pytest.mark.spec("C16")
def test_a_psp_that_can_not_be_asked_tells_it_by_itself(world: World, void: Void, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **names: object) -> None:
        raise LookupNotOffered("no lookup")

    monkeypatch.setattr(void_outcomes, "lookup", refuse)

    operations.finish_void(void.pk, PspResult(Outcome.REFUSED), world.now)

    assert (world.fresh(void).call_state, world.fresh(void).outcome) == ("DONE", "REFUSED")
