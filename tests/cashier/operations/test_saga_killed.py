"""The saga authorise, capture, credit (C20): killed at any point it ends, without a person, in credited or in void or refund, once.

The four points of every call: before a worker took it, when it was claimed and nothing sent, when the PSP had done it and
nothing was recorded, and in the middle of recording it. What a kill leaves in memory is lost; what was committed stays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from cashier import operations
from cashier.models import Capture, DepositIntent, PspCall, Refund
from cashier.operations.calls import Act, save_call
from cashier.operations.sweep import ACTS
from ledger.clock import real_now
from tests.cashier.world import CALLER, World
from tests.sandbox.running import RunningSandbox, eventually

POINTS = ("begun", "claimed", "called", "recording")


class Killed(BaseException):
    """kill -9 at this point: nothing of ours handles it."""


def killed_at(point: str, act: Act) -> Act:
    """The act with its worker killed at a point of it."""

    def send(*given: Any) -> Any:
        if point == "claimed":
            raise Killed
        return act.send(*given)

    def finish(*given: Any) -> None:
        if point == "called":
            raise Killed
        with transaction.atomic():
            act.finish(*given)
            raise Killed

    return Act(act.name, act.task, act.model, act.related, act.reference, send, act.read, finish, act.refuse)


def begin_authorization(world: World, *, capture: str) -> tuple[DepositIntent, PspCall]:
    intent = world.intent()
    return intent, world.begin(intent, capture=capture)


def begin_auto(world: World) -> tuple[DepositIntent, PspCall]:
    return begin_authorization(world, capture="auto")


def begin_manual(world: World) -> tuple[DepositIntent, PspCall]:
    return begin_authorization(world, capture="manual")


def begin_capture(world: World) -> tuple[DepositIntent, PspCall]:
    intent = world.pay(capture="manual")
    return intent, operations.begin_capture(intent_id=intent.pk, amount_minor=None, operation_key="", actor=CALLER, now=world.now)


def begin_void(world: World) -> tuple[DepositIntent, PspCall]:
    intent = world.pay(capture="manual")
    return intent, operations.begin_void(intent_id=intent.pk, actor=CALLER, now=world.now)


def begin_refund(world: World) -> tuple[DepositIntent, PspCall]:
    intent = world.pay()
    order = operations.RefundOrder(refund_id="r1", amount_minor=5000, client_id="shop")
    return intent, operations.submit_refund(capture_id=world.capture_of(intent).pk, order=order, actor=CALLER, now=world.now)


def begin_lost_void(world: World) -> tuple[DepositIntent, PspCall]:
    """Its end has passed while the authorisation was on its way: what the PSP then authorises is given back."""
    intent, attempt = begin_manual(world)
    world.now += timedelta(minutes=45)
    return intent, attempt


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the saga: how it begins, its act, and how the deposit stands when all is over."""

    begin: Callable[[World], tuple[DepositIntent, Any]]
    act: Act
    state: str
    at_psp: str
    wallet: dict[str, int]


STEPS = {
    "authorise and credit": Step(begin_auto, operations.AUTHORIZE, "CAPTURED", "CAPTURED", {"playable": 5000}),
    "authorise, nobody captures": Step(begin_manual, operations.AUTHORIZE, "EXPIRED", "VOIDED", {}),
    "capture and credit": Step(begin_capture, operations.CAPTURE, "CAPTURED", "CAPTURED", {"playable": 5000}),
    "void": Step(begin_void, operations.VOID, "VOIDED", "VOIDED", {}),
    "refund": Step(begin_refund, operations.REFUND, "CAPTURED", "CAPTURED", {}),
}


def leases_end() -> None:
    """Time passes: no lease of a dead worker holds any more, and what was sent was sent a while ago."""
    for act in ACTS:
        for row in act.model.objects.filter(call_state__in=PspCall.OPEN_CALLS):
            row.next_try_at = real_now() - timedelta(seconds=1)
            row.nudged_at = real_now() - timedelta(minutes=1)
            row.sent_at = row.sent_at and real_now() - timedelta(minutes=1)
            save_call(row, "next_try_at", "nudged_at", "sent_at")


def let_it_end(world: World, sandbox: RunningSandbox, intent: DepositIntent) -> int:
    """The sweepers and the workers, until no call is open; days pass for what nobody captures. Returns how many calls were found."""
    leases_end()
    found = operations.sweep_calls()
    work(world)
    if world.fresh(intent).state == "AUTHORIZED":
        world.now += timedelta(days=8)
        operations.expire_intent(intent_id=intent.pk, now=world.now)
        work(world)
    for refund in Refund.objects.filter(capture__intent=intent, state__in=Refund.OPEN_STATES):
        eventually(lambda refund=refund: confirm(world, refund) == "processed")  # type: ignore[misc]
    return found


def confirm(world: World, refund: Refund) -> str:
    return operations.confirm_movement(kind="refund", merchant_reference=refund.public_id, psp_reference="", now=world.now)


def work(world: World) -> None:
    for act in ACTS:
        for call_id in act.model.objects.filter(call_state__in=PspCall.OPEN_CALLS).values_list("pk", flat=True):
            operations.run_call(act, call_id=call_id, now=world.now)


@pytest.mark.spec("C7", "C8", "C20")
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("name", STEPS)
def test_killed_at_every_point_of_every_step(world: World, sandbox: RunningSandbox, name: str, point: str) -> None:
    step = STEPS[name]
    intent, call = step.begin(world)

    if point != "begun":
        with pytest.raises(Killed):
            operations.run_call(killed_at(point, step.act), call_id=call.pk, now=world.now)
        assert world.fresh(call).call_state == PspCall.CallState.SENT
    assert let_it_end(world, sandbox, intent) == 1

    assert not any(act.model.objects.filter(call_state__in=PspCall.OPEN_CALLS).exists() for act in ACTS)
    assert (world.fresh(intent).state, sandbox.state_of(intent.public_id)) == (step.state, step.at_psp)
    assert world.wallet() == step.wallet
    assert world.cases() == []
    books = sandbox.control("GET", f"books?merchant_reference={intent.public_id}")
    assert (books["double_charged"], [charge["payments"] for charge in books["charges"]]) in (([], [1]), ([], []))
    refunded = 5000 if name == "refund" else 0
    assert sum(charge["refunded_minor"] for charge in books["charges"]) == refunded
    assert Capture.objects.filter(intent=intent, state="SUCCEEDED").count() == (1 if step.at_psp == "CAPTURED" else 0)


@pytest.mark.spec("C18", "C20")
@pytest.mark.parametrize("point", POINTS)
def test_killed_on_its_way_and_past_its_time_the_money_goes_back_or_is_credited(world: World, sandbox: RunningSandbox, point: str) -> None:
    # Given an authorisation whose worker is killed, and whose time runs out before anybody looks at it
    intent, call = begin_lost_void(world)
    if point != "begun":
        with pytest.raises(Killed):
            operations.run_call(killed_at(point, operations.AUTHORIZE), call_id=call.pk, now=world.now)
    world.now += timedelta(hours=2)

    # When the sweepers come by: expiry first, which asks the PSP, then the calls
    operations.expire_intent(intent_id=intent.pk, now=world.now)
    let_it_end(world, sandbox, intent)
    operations.expire_intent(intent_id=intent.pk, now=world.now)
    work(world)

    # Then it has ended, and the PSP holds nothing of the player's
    assert world.fresh(intent).state in ("EXPIRED", "VOIDED")
    assert sandbox.state_of(intent.public_id) in ("VOIDED", "")
    assert world.wallet() == {}
