"""Deposits at Adyen, which answers calls and sends notifications, and can't be asked (C3, C8, C16; docs/adr/0013)."""

import json

import pytest

from cashier import operations
from cashier.models import Capture, DepositIntent, PspCall, PspEvent, PspEventWork
from cashier.refusals import NotInThisState
from tests.cashier.operations.test_unknown_outcomes import make_due
from tests.cashier.psp.conftest import visit
from tests.cashier.world import CALLER, World

pytestmark = pytest.mark.spec("C16")
State = DepositIntent.State


def hear(world: World, event: str, **fields: object) -> None:
    """A notification as Adyen's became in our own words, signed as the account."""
    body = {"event_id": f"evt-{event}-{PspEvent.objects.count()}", "event": event, "occurred_at": world.now.isoformat(), **fields}
    world.receive(json.dumps(body).encode())
    world.apply_all()


def captured_by_hand(world: World) -> tuple[DepositIntent, Capture]:
    """A deposit whose capture the provider has taken in."""
    intent = world.pay("card_approve", capture="manual")
    row = operations.begin_capture(intent_id=intent.pk, amount_minor=None, operation_key="", actor=CALLER, now=world.now)
    operations.run_call(operations.CAPTURE, call_id=row.pk, now=world.now)
    return world.fresh(intent), world.fresh(row)


def event_fields(intent: DepositIntent, capture: Capture) -> dict[str, object]:
    return {
        "psp_ref": capture.attempt.psp_ref,
        "capture_id": capture.psp_ref,
        "intent_id": intent.public_id,
        "merchant_reference": capture.public_id,
        "amount": {"minor_units": 5000, "currency": "EUR"},
    }


def test_the_answer_to_our_own_call_is_proof(at_adyen: World) -> None:
    intent = at_adyen.pay("card_approve")

    assert intent.state == State.CAPTURED
    assert at_adyen.wallet() == {"playable": 5000}


@pytest.mark.spec("C8")
def test_a_lost_answer_is_fetched_under_the_same_key(at_adyen: World) -> None:
    intent = at_adyen.intent()
    attempt = at_adyen.begin(intent, "card_timeout_after")

    with at_adyen.impatient():
        assert at_adyen.send(attempt) == "unknown"
    assert at_adyen.fresh(attempt).call_state == PspCall.CallState.UNKNOWN
    make_due(attempt)
    assert at_adyen.send(attempt) == "CAPTURED"

    assert at_adyen.wallet() == {"playable": 5000}
    assert intent.attempts.count() == 1


@pytest.mark.spec("C3")
def test_a_capture_that_was_taken_in_is_credited_by_its_notification(at_adyen: World) -> None:
    intent, capture = captured_by_hand(at_adyen)
    assert (intent.state, capture.state, at_adyen.wallet()) == (State.AUTHORIZED, "SUBMITTED", {})

    hear(at_adyen, "payment.captured", **event_fields(intent, capture))

    assert (at_adyen.fresh(intent).state, at_adyen.fresh(capture).state) == (State.CAPTURED, "SUCCEEDED")
    assert at_adyen.wallet() == {"playable": 5000}


@pytest.mark.spec("C3")
def test_a_notification_of_no_call_of_ours_has_no_effect(at_adyen: World) -> None:
    intent, capture = captured_by_hand(at_adyen)

    hear(at_adyen, "payment.captured", **{**event_fields(intent, capture), "psp_ref": "PSP-of-another"})

    assert at_adyen.wallet() == {}
    assert PspEventWork.objects.get().state == "WAITING"


@pytest.mark.spec("C3")
def test_another_amount_is_a_case_and_no_credit(at_adyen: World) -> None:
    intent, capture = captured_by_hand(at_adyen)

    hear(at_adyen, "payment.captured", **{**event_fields(intent, capture), "amount": {"minor_units": 9000, "currency": "EUR"}})

    assert "playable" not in at_adyen.wallet()
    assert at_adyen.cases() == ["GROSS_AMOUNT_DIFFERS"]


@pytest.mark.spec("C13")
def test_what_the_browser_brings_back_from_a_challenge_completes_the_deposit(at_adyen: World) -> None:
    intent = at_adyen.pay("card_challenge")
    assert intent.state == State.ACTION_REQUIRED
    brought = visit(intent.action["url"])

    attempt = operations.begin_completion(intent_id=intent.pk, details=brought, now=at_adyen.now)
    assert at_adyen.send(attempt) == "CAPTURED"
    again = operations.begin_completion(intent_id=intent.pk, details={"redirectResult": "other"}, now=at_adyen.now)

    assert (again.pk, again.call_state) == (attempt.pk, PspCall.CallState.DONE)
    assert (at_adyen.fresh(intent).state, at_adyen.fresh(attempt).eci) == (State.CAPTURED, "05")
    assert at_adyen.wallet() == {"playable": 5000}


@pytest.mark.spec("C13")
def test_only_what_waits_for_the_player_is_completed(at_adyen: World) -> None:
    intent = at_adyen.pay("card_approve")
    with pytest.raises(NotInThisState):
        operations.begin_completion(intent_id=intent.pk, details={"redirectResult": "x"}, now=at_adyen.now)


@pytest.mark.spec("C5")
def test_a_void_that_was_taken_in_ends_by_its_notification(at_adyen: World) -> None:
    intent = at_adyen.pay("card_approve", capture="manual")
    void = operations.begin_void(intent_id=intent.pk, actor=CALLER, now=at_adyen.now)

    assert operations.run_call(operations.VOID, call_id=void.pk, now=at_adyen.now) == "SUBMITTED"
    assert (at_adyen.fresh(intent).state, at_adyen.fresh(void).outcome) == (State.AUTHORIZED, "")
    hear(at_adyen, "payment.voided", psp_ref=intent.attempts.get().psp_ref, intent_id=intent.public_id)

    assert at_adyen.fresh(intent).state == State.VOIDED


@pytest.mark.spec("C18")
def test_what_is_pending_is_put_off_not_expired(at_adyen: World) -> None:
    intent = at_adyen.pay("card_pending")
    assert intent.state == State.PENDING

    at_adyen.now = intent.expires_at
    assert operations.expire_intent(intent_id=intent.pk, now=at_adyen.now) == "put off"
    hear(at_adyen, "payment.authorized", psp_ref=intent.attempts.get().psp_ref, intent_id=intent.public_id)

    assert at_adyen.fresh(intent).state == State.CAPTURED
    assert at_adyen.wallet() == {"playable": 5000}
