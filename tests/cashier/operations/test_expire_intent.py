"""Intents that nobody finished end after the PSP was asked (C18); evidence from a settlement line (POSTINGS.md 3.5)."""

from datetime import timedelta

import pytest
from django.db import transaction

from cashier import operations
from cashier.locks import lock_intent
from cashier.models import Attempt, DepositIntent
from cashier.operations.expiry import list_overdue
from cashier.psp.base import Outcome, PspResult
from ledger.models import Transition
from tests.cashier.world import CALLER, World
from tests.sandbox.running import RunningSandbox

State = DepositIntent.State


def expire(world: World, intent: DepositIntent, *, after: timedelta) -> str:
    world.now += after
    return operations.expire_intent(intent_id=intent.pk, now=world.now)


def approve_challenge(sandbox: RunningSandbox, intent: DepositIntent) -> None:
    sandbox.http.post(f"/challenge/{intent.attempts.get().psp_ref}", data={"outcome": "approve"})


@pytest.mark.spec("C18")
def test_a_challenge_that_never_came_back_expires(world: World) -> None:
    intent = world.pay("tok_challenge_abandon")

    assert expire(world, intent, after=timedelta(minutes=31)) == "expired"

    assert world.fresh(intent).state == State.EXPIRED
    assert world.wallet() == {}


@pytest.mark.spec("C18")
def test_not_before_its_time(world: World) -> None:
    intent = world.pay("tok_challenge_abandon")

    assert expire(world, intent, after=timedelta(minutes=29)) == "same"

    assert world.fresh(intent).state == State.ACTION_REQUIRED


def test_one_that_was_never_tried_expires(world: World) -> None:
    intent = world.intent()

    expire(world, intent, after=timedelta(minutes=31))

    assert world.fresh(intent).state == State.EXPIRED


@pytest.mark.spec("C2", "C18")
def test_what_the_psp_captured_meanwhile_is_credited_instead(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    approve_challenge(sandbox, intent)

    assert expire(world, intent, after=timedelta(minutes=31)) == "credited"

    intent = world.fresh(intent)
    assert intent.state == State.CAPTURED
    assert world.wallet() == {"playable": 5000}
    assert world.cases() == []


@pytest.mark.spec("C2")
def test_a_status_corrected_to_match_the_psp_is_an_event_of_its_own(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    approve_challenge(sandbox, intent)

    operations.resolve_intent(intent_id=intent.pk, now=world.now)

    events = Transition.objects.filter(target_id=intent.pk).order_by("pk").values_list("event", flat=True)
    assert list(events)[-1] == "deposit.status_corrected"


@pytest.mark.spec("C18")
def test_an_authorisation_is_given_back_when_its_time_is_over(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve", capture="manual")

    expire(world, intent, after=timedelta(days=8))
    operations.run_call(operations.VOID, call_id=intent.voids.get().pk, now=world.now)

    assert world.fresh(intent).state == State.EXPIRED
    assert sandbox.state_of(intent.public_id) == "VOIDED"


@pytest.mark.spec("C4", "C18")
def test_what_is_pending_for_good_is_called_back_by_its_deadline(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_pending_forever", 2500, method="paybybank")

    assert expire(world, intent, after=timedelta(days=4)) == "put off"
    assert world.wallet() == {"pending": 2500}
    operations.run_call(operations.VOID, call_id=intent.voids.get().pk, now=world.now)

    assert world.fresh(intent).state == State.EXPIRED
    assert sandbox.state_of(intent.public_id) == "CANCELED"
    assert world.wallet() == {}


@pytest.mark.spec("C18", "C20")
@pytest.mark.parametrize("answer", [Outcome.SUBMITTED, Outcome.REFUSED])
def test_an_authorisation_whose_end_is_never_told_ends_by_itself(world: World, answer: Outcome) -> None:
    """The void was taken and its notification lost, or it was refused: nothing else would ever end the deposit."""
    intent = world.pay("tok_approve", capture="manual")
    expire(world, intent, after=timedelta(days=8))
    operations.finish_void(intent.voids.get().pk, PspResult(answer), world.now)

    assert expire(world, intent, after=timedelta(days=1, hours=23)) == "put off"
    assert expire(world, intent, after=timedelta(hours=2)) == "expired"

    assert world.fresh(intent).state == State.EXPIRED


@pytest.mark.spec("C2", "C18")
def test_where_the_rail_calls_nothing_back_it_expires_and_what_comes_is_late_money(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_pending_forever", 2500, method="paybybank")
    expire(world, intent, after=timedelta(days=4))
    void = intent.voids.get()
    operations.finish_void(void.pk, PspResult(Outcome.REFUSED), world.now)

    assert expire(world, intent, after=timedelta(minutes=16)) == "expired"
    assert world.wallet() == {}

    attempt = intent.attempts.get()
    proof = operations.CaptureProof("cpt_late", 2500, "EUR", world.now)
    with transaction.atomic():
        outcome, _ = operations.credit_capture(intent=lock_intent(intent.pk), attempt=attempt, proof=proof, actor=CALLER, now=world.now)
    assert outcome == "late_money"
    assert world.wallet() == {"locked": 2500}


@pytest.mark.spec("C18")
def test_without_an_answer_of_the_psp_nothing_ends(world: World) -> None:
    intent = world.pay("tok_challenge_abandon")
    world.account.base_url = "http://127.0.0.1:9"
    world.account.save()

    assert expire(world, intent, after=timedelta(minutes=31)) == "put off"

    assert world.fresh(intent).state == State.ACTION_REQUIRED
    assert intent.pk not in list_overdue(now=world.now, limit=9)
    assert intent.pk in list_overdue(now=world.now + timedelta(minutes=1), limit=9)  # an outage is short, a player waits


@pytest.mark.spec("C18")
def test_one_whose_call_is_answered_late_ends_a_minute_after_it_was_put_off(world: World) -> None:
    intent = world.intent()
    attempt = world.begin(intent, "tok_challenge_abandon")
    Attempt.objects.filter(pk=attempt.pk).update(call_state="UNKNOWN", sent_at=world.now, next_try_at=world.now)  # its answer was lost

    assert expire(world, intent, after=timedelta(minutes=31)) == "put off"  # the call comes first: it may still be made
    world.send(attempt)
    assert world.fresh(intent).state == State.ACTION_REQUIRED

    world.now += timedelta(minutes=1)
    assert list_overdue(now=world.now, limit=9) == [intent.pk]
    assert expire(world, intent, after=timedelta(0)) == "expired"


@pytest.mark.spec("C3")
def test_a_line_proves_a_capture_that_we_do_not_hold(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    approve_challenge(sandbox, intent)
    psp_ref = intent.attempts.get().psp_ref

    first = operations.confirm_movement(kind="capture", merchant_reference=intent.public_id, psp_reference=psp_ref, now=world.now)
    second = operations.confirm_movement(kind="capture", merchant_reference=intent.public_id, psp_reference=psp_ref, now=world.now)

    assert (first, second) == ("credited", "already")
    assert world.wallet() == {"playable": 5000}


@pytest.mark.spec("C2")
def test_a_line_proves_late_money(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    expire(world, intent, after=timedelta(minutes=31))
    approve_challenge(sandbox, intent)

    outcome = operations.confirm_movement(kind="capture", merchant_reference=intent.public_id, psp_reference="", now=world.now)

    assert outcome == "late_money"
    assert world.wallet() == {"locked": 5000}
    assert world.told[0]["dedupe_key"] == f"PSP_SUCCESS_AFTER_TERMINAL:{world.capture_of(intent).public_id}"


@pytest.mark.spec("C2")
def test_a_line_proves_a_second_capture(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve", 2000, capture="manual")
    row = operations.begin_capture(intent_id=intent.pk, amount_minor=1000, operation_key="", actor=CALLER, now=world.now)
    operations.run_call(operations.CAPTURE, call_id=row.pk, now=world.now)
    psp_ref = intent.attempts.get().psp_ref
    body = {"merchant_reference": "made-elsewhere", "amount": {"minor_units": 1000, "currency": "EUR"}}
    assert sandbox.post(f"/v1/payments/{psp_ref}/captures", body).status_code == 201

    outcome = operations.confirm_movement(kind="capture", merchant_reference=intent.public_id, psp_reference=psp_ref, now=world.now)

    assert outcome == "duplicate_capture"
    assert world.wallet() == {"playable": 1000, "locked": 1000}
    assert world.cases() == ["DUPLICATE_PSP_CAPTURE"]


def test_a_line_of_nobody(world: World) -> None:
    for reference in ("WEB-48213377", "pi_01jd0000000000000000000000", ""):
        assert (
            operations.confirm_movement(kind="capture", merchant_reference=reference, psp_reference="x", now=world.now)
            == "unknown_reference"
        )


@pytest.mark.spec("C5", "C20")
def test_the_rest_of_an_authorisation_is_given_back_without_a_person(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve", 5000, capture="manual")
    row = operations.begin_capture(intent_id=intent.pk, amount_minor=2000, operation_key="", actor=CALLER, now=world.now)
    operations.run_call(operations.CAPTURE, call_id=row.pk, now=world.now)
    assert operations.sweep_overdue(now=world.now) == 0

    world.now += timedelta(days=6, hours=13)
    assert operations.sweep_overdue(now=world.now) == 1
    operations.run_call(operations.VOID, call_id=intent.voids.get().pk, now=world.now)

    assert operations.sweep_overdue(now=world.now) == 0
    assert world.fresh(intent).state == State.CAPTURED
    assert intent.voids.get().outcome == "VOIDED"
    assert world.wallet() == {"playable": 2000}
