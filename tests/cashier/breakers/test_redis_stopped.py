"""A real Redis, really stopped in the middle (C22): calls go on, each process for itself; keys and limits are PostgreSQL's."""

from typing import Any

import pytest

from cashier import redis as ours
from cashier.breakers import read_circuits
from cashier.models import BreakerChange, BreakerState, DepositIntent, PspCall
from cashier.refusals import GateClosed
from ledger.operations import begin_idempotent, finish_idempotent
from ledger.operations.idempotency import Replay
from tests.cashier.world import World
from tests.infra.stoppable import Stoppable
from tests.lived import lived

State = DepositIntent.State


def circuit(world: World) -> BreakerState:
    account = world.fresh(world.account)
    return read_circuits([account])[account.code].state


@pytest.mark.spec("C9", "C22")
def test_without_redis_circuits_are_each_processs_own_and_shared_again_after(world: World, stoppable: Stoppable) -> None:
    world.account.breaker_min_calls = 2
    world.account.save()
    assert world.pay("tok_approve").state == State.CAPTURED

    stoppable.kill()

    with lived() as waited:
        assert world.pay("tok_approve").state == State.CAPTURED
    assert waited.seconds < 2
    for _ in range(2):
        assert world.send(world.begin(world.intent(), "tok_error")) == "unknown"
    assert circuit(world) is BreakerState.OPEN
    assert BreakerChange.objects.get().is_alone

    stoppable.start()
    ours._rest.end()

    assert circuit(world) is BreakerState.CLOSED
    assert world.pay("tok_approve").state == State.CAPTURED


@pytest.mark.spec("C9", "C22")
def test_without_redis_an_open_circuit_still_answers_quickly(world: World, stoppable: Stoppable) -> None:
    world.account.breaker_min_calls = 2
    world.account.save()
    stoppable.kill()
    waiting = world.begin(world.intent())
    for _ in range(2):
        world.send(world.begin(world.intent(), "tok_error"))

    with lived() as waited:
        assert world.send(waiting) == "refused: circuit open"

    assert waited.seconds < 0.5
    assert world.fresh(waiting).call_state == PspCall.CallState.DONE


@pytest.mark.spec("A3", "C22", "K5")
def test_without_redis_keys_and_limits_hold(world: World, stoppable: Stoppable) -> None:
    world.player.limits = {"deposit": {"EUR": {"day_minor": 8000}}}
    world.player.save()
    stoppable.kill()

    world.pay("tok_approve", 5000)
    with pytest.raises(GateClosed) as refusal:
        world.begin(world.intent(3001))
    assert refusal.value.details["reason"] == "DEPOSIT_LIMIT"

    asked: dict[str, Any] = {"client_id": "shop", "key": "k", "now": world.now}
    assert not isinstance(begin_idempotent(fingerprint="f", **asked), Replay)
    finish_idempotent(status=201, body={"intent_id": "pi_1"}, **asked)
    again = begin_idempotent(fingerprint="f", **asked)
    assert isinstance(again, Replay)
    assert (again.status, again.body) == (201, {"intent_id": "pi_1"})
