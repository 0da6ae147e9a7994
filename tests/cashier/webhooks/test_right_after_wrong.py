"""A wrong event that moved nothing does not keep out the right one of the same object (W3, C3); nothing is moved twice."""

import json
from typing import Any

import pytest

from cashier import operations
from cashier.models import DepositIntent, PspEvent, Refund
from cashier.operations import Received, RefundOrder
from cashier.operations.refund_outcomes import pend_refund
from cashier.psp.base import LookupMovement, LookupResult
from tests.cashier.webhooks.test_apply_event import complete_challenge, eur, tell
from tests.cashier.webhooks.test_pull_event import make_late, pull_all
from tests.cashier.world import CALLER, World
from tests.sandbox.running import RunningSandbox

pytestmark = pytest.mark.spec("W3", "C3")
CONTRADICTED = ["differs from the event before: case raised"]


@pytest.fixture
def captured(world: World, sandbox: RunningSandbox) -> tuple[DepositIntent, str]:
    """A deposit of 50.00 whose capture the PSP holds and we do not, and the PSP's id of it."""
    intent = world.pay("tok_challenge")
    return intent, complete_challenge(sandbox, intent)["captures"][0]["capture_id"]


@pytest.fixture
def refund(world: World) -> Refund:
    """A refund of 50.00 that the PSP has taken in."""
    capture = world.capture_of(world.pay("tok_approve", 5000))
    refund = operations.submit_refund(capture_id=capture.pk, order=RefundOrder("r1", 5000, "shop"), actor=CALLER, now=world.now)
    pend_refund(refund_id=refund.pk, psp_ref="rfd_1", actor=CALLER, now=world.now)
    return refund


def send(world: World, event: str, intent: DepositIntent, minor: int, **names: Any) -> Received:
    """Let in, and not applied yet."""
    body = {"event": event, "intent_id": intent.public_id, "psp_ref": intent.attempts.get().psp_ref, "amount": eur(minor), **names}
    return world.receive(json.dumps({**body, "occurred_at": world.now.isoformat()}).encode())


def due(event: PspEvent) -> PspEvent:
    event.work.next_try_at = None
    event.work.save()
    return event


@pytest.mark.parametrize("ids", [("e1", "e2"), ("e1", "e1")], ids=["same object", "same event"])
def test_the_right_capture_is_credited_once(world: World, captured: tuple[DepositIntent, str], ids: tuple[str, str]) -> None:
    intent, capture_id = captured
    wrong = tell(world, "payment.captured", intent, event_id=ids[0], capture_id=capture_id, amount=eur(5001))
    assert (wrong, world.wallet()) == (["amount differs: case raised"], {})

    assert tell(world, "payment.captured", intent, event_id=ids[1], capture_id=capture_id, amount=eur(5000)) == ["credited"]

    assert tell(world, "payment.captured", intent, event_id="e3", capture_id=capture_id, amount=eur(5000)) == []
    assert tell(world, "payment.captured", intent, event_id="e4", capture_id=capture_id, amount=eur(5001)) == []
    assert (world.wallet(), world.kinds(intent), world.cases()) == ({"playable": 5000}, ["DEPOSIT_CAPTURED"], ["GROSS_AMOUNT_DIFFERS"])


@pytest.mark.spec("W6")
def test_what_we_ask_for_ourselves_is_credited_too(world: World, captured: tuple[DepositIntent, str]) -> None:
    intent, capture_id = captured
    tell(world, "payment.captured", intent, capture_id=capture_id, amount=eur(5001))
    make_late(intent.attempts.get())

    pull_all(world)

    assert world.apply_all() == ["credited"]
    assert (world.wallet(), world.cases()) == ({"playable": 5000}, ["GROSS_AMOUNT_DIFFERS"])


def test_the_right_one_waits_for_the_end_of_the_wrong_one(world: World, captured: tuple[DepositIntent, str]) -> None:
    """Two workers: the second event is taken up first."""
    intent, capture_id = captured
    for number, minor in enumerate((5001, 5000)):
        send(world, "payment.captured", intent, minor, event_id=f"e{number}", capture_id=capture_id)
    wrong, right = PspEvent.objects.order_by("received_at", "pk")

    assert operations.apply_event(event_id=right.pk, now=world.now).startswith("waiting")
    assert operations.apply_event(event_id=wrong.pk, now=world.now) == "amount differs: case raised"
    assert operations.apply_event(event_id=due(world.fresh(right)).pk, now=world.now) == "credited"

    assert (world.wallet(), world.cases()) == ({"playable": 5000}, ["GROSS_AMOUNT_DIFFERS"])


def test_a_second_one_that_is_wrong_too_is_a_case(world: World, captured: tuple[DepositIntent, str]) -> None:
    intent, capture_id = captured
    tell(world, "payment.captured", intent, capture_id=capture_id, amount=eur(5001))

    assert tell(world, "payment.captured", intent, capture_id=capture_id, amount=eur(4999)) == CONTRADICTED

    assert tell(world, "payment.captured", intent, capture_id=capture_id, amount=eur(5000)) == ["credited"]
    assert (world.wallet(), world.cases()) == ({"playable": 5000}, ["GROSS_AMOUNT_DIFFERS"] * 2)


def test_money_that_was_kept_as_it_came_is_not_told_anew(
    world: World, captured: tuple[DepositIntent, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The PSP held 50.01 when we asked: that is what was booked, whatever it tells later."""
    intent, capture_id = captured
    taken = LookupMovement(capture_id, intent.public_id, "SUCCEEDED", 5001, "EUR", world.now)
    found = LookupResult("payment", intent.attempts.get().psp_ref, "CAPTURED", 5000, "EUR", intent.public_id, captures=[taken])
    monkeypatch.setattr("cashier.operations.event_effects.lookup", lambda *args, **names: found)
    assert tell(world, "payment.captured", intent, capture_id=capture_id, amount=eur(5001)) == ["amount_differs"]

    assert tell(world, "payment.captured", intent, capture_id=capture_id, amount=eur(5000)) == CONTRADICTED

    assert (world.wallet(), world.kinds(intent)) == ({"locked": 5001}, ["DEPOSIT_LATE_MONEY"])


@pytest.mark.spec("C6", "W5")
def test_the_right_refund_is_processed_and_the_dead_letter_stays_one(world: World, refund: Refund) -> None:
    intent, names = refund.capture.intent, {"refund_id": "rfd_1", "merchant_reference": refund.public_id}
    assert tell(world, "refund.processed", intent, amount=eur(4000), **names)[0].startswith("dead")

    assert tell(world, "refund.processed", intent, amount=eur(5000), **names) == ["refund.processed"]

    wrong = PspEvent.objects.get(amount_minor=4000)
    operations.replay_event(event_id=wrong.pk, reason="again", actor=CALLER, now=world.now)
    assert world.apply_all()[0].startswith("dead")
    assert (world.fresh(refund).state, world.wallet(), world.balances()) == ("REFUND_PROCESSED", {}, {})
    assert {case["dedupe_key"] for case in world.told} == {f"REFUND_AMOUNT_DIFFERS:refund:{refund.public_id}:4000"}


@pytest.mark.spec("C6")
def test_a_refund_that_was_processed_is_contradicted_by_what_comes_later(world: World, refund: Refund) -> None:
    intent, names = refund.capture.intent, {"refund_id": "rfd_1", "merchant_reference": refund.public_id}
    assert tell(world, "refund.processed", intent, amount=eur(5000), **names) == ["refund.processed"]

    assert tell(world, "refund.processed", intent, amount=eur(4000), **names) == CONTRADICTED

    assert (world.fresh(refund).state, world.cases()) == ("REFUND_PROCESSED", ["REFUND_AMOUNT_DIFFERS"])
    told = world.told[0]
    assert told["dedupe_key"] == f"REFUND_AMOUNT_DIFFERS:refund:{refund.public_id}:4000", "as its settlement line's"
    assert ("refund", refund.public_id) in told["links"]
