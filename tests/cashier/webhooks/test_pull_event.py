"""Events that did not come are asked for, and come in by the same door (W6)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from cashier import operations
from cashier.models import DepositIntent, EventPull, PspEvent, Refund
from cashier.operations import Received, RefundOrder
from ledger.clock import real_now
from tests.cashier.webhooks.test_apply_event import complete_challenge
from tests.cashier.world import CALLER, World
from tests.sandbox.running import RunningSandbox


def make_late(*rows: Any) -> None:
    """As if the PSP had answered our call two hours ago."""
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(answered_at=real_now() - timedelta(hours=2))


def pull_all(world: World) -> list[str]:
    operations.sweep_late()
    return [operations.pull_event(pull_id=pull.pk, now=world.now) for pull in EventPull.objects.order_by("pk")]


@pytest.mark.spec("W6", "C3")
def test_a_lost_capture_is_asked_for_and_credited(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    payment = complete_challenge(sandbox, intent)
    make_late(intent.attempts.get())

    assert pull_all(world) == ["pulled 1"]
    assert world.apply_all() == ["credited"]

    event = PspEvent.objects.get()
    assert (event.via, event.event, event.capture_ref) == ("pull", "payment.captured", payment["captures"][0]["capture_id"])
    assert json.loads(event.raw_body)["pulled"]["for"] == f"deposit {intent.pk}"
    assert (world.wallet(), EventPull.objects.get().pulled) == ({"playable": 5000}, 1)


@pytest.mark.spec("W6", "W3")
def test_the_real_event_that_comes_later_is_a_duplicate(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    payment = complete_challenge(sandbox, intent)
    make_late(intent.attempts.get())
    pull_all(world)
    body = {
        "event_id": "evt_late",
        "event": "payment.captured",
        "psp_ref": payment["psp_ref"],
        "intent_id": intent.public_id,
        "capture_id": payment["captures"][0]["capture_id"],
        "occurred_at": world.now.isoformat(),
    }

    assert world.receive(json.dumps(body).encode()) is Received.DUPLICATE

    assert PspEvent.objects.count() == 1


@pytest.mark.spec("W6", "W3")
def test_what_the_real_event_told_is_not_told_again(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    payment = complete_challenge(sandbox, intent)
    make_late(intent.attempts.get())
    operations.sweep_late()
    body = {"event": "payment.captured", "psp_ref": payment["psp_ref"], "intent_id": intent.public_id, "event_id": "evt_1"}
    body |= {"capture_id": payment["captures"][0]["capture_id"], "occurred_at": "2026-03-10T09:00:00Z"}
    world.receive(json.dumps(body).encode())

    assert operations.pull_event(pull_id=EventPull.objects.get().pk, now=world.now) == "no news"


@pytest.mark.spec("W6")
def test_only_what_is_late_is_asked_for_and_later_each_time(world: World, settings: Any) -> None:
    intent = world.pay("tok_pending_hold", method="paybybank")
    assert operations.sweep_late() == 0
    make_late(intent.attempts.get())

    assert pull_all(world) == ["no news"]
    assert operations.sweep_late() == 0, "asked a moment ago"

    pull = EventPull.objects.get()
    first = pull.next_ask_at - real_now()
    EventPull.objects.update(next_ask_at=real_now())
    assert pull_all(world) == ["no news"]
    second = EventPull.objects.get().next_ask_at - real_now()
    assert second > first * 1.5
    assert (EventPull.objects.get().tries, PspEvent.objects.count()) == (2, 0)
    assert world.fresh(intent).state == DepositIntent.State.PENDING


@pytest.mark.spec("W6", "C6")
def test_a_refund_whose_end_was_lost(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve")
    capture = world.capture_of(intent)
    refund = operations.submit_refund(capture_id=capture.pk, order=RefundOrder("r1", 2000, "shop"), actor=CALLER, now=world.now)
    operations.run_call(operations.REFUND, call_id=refund.pk, now=world.now)
    sandbox.settle_down()
    make_late(refund)

    assert pull_all(world) == ["pulled 1"]
    assert world.apply_all() == ["refund.processed"]

    assert world.fresh(refund).state == Refund.State.REFUND_PROCESSED
    assert PspEvent.objects.get().refund_ref == world.fresh(refund).psp_ref


@pytest.mark.spec("W6")
def test_what_has_ended_is_not_asked_for(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    make_late(intent.attempts.get())
    operations.sweep_late()
    operations.cancel_intent(intent_id=intent.pk, actor=CALLER, now=world.now)

    assert operations.pull_event(pull_id=EventPull.objects.get().pk, now=world.now) == "ended"


@pytest.mark.spec("W6")
def test_a_psp_that_does_not_answer_is_asked_again_later(world: World) -> None:
    intent = world.pay("tok_challenge")
    make_late(intent.attempts.get())
    world.account.base_url = "http://127.0.0.1:9"
    world.account.save()

    assert pull_all(world) == ["no answer"]
    assert EventPull.objects.get().next_ask_at > real_now()
