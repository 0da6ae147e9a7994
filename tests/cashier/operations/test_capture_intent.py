"""Captures by hand, voids, cancels (C5)."""

from datetime import timedelta
from typing import Any

import pytest

from cashier import operations
from cashier.models import Capture, DepositIntent, Instrument
from cashier.operations.endings import end_intent
from cashier.psp.base import Outcome, PspResult
from cashier.refusals import AboveAuthorised, AuthorisationEnded, GateClosed, NotInThisState
from ledger.transitions import move
from tests.cashier.world import CALLER, World
from tests.sandbox.running import RunningSandbox

State = DepositIntent.State


def capture(world: World, intent: DepositIntent, amount_minor: int | None = None) -> Capture:
    row = operations.begin_capture(intent_id=intent.pk, amount_minor=amount_minor, operation_key="", actor=CALLER, now=world.now)
    operations.run_call(operations.CAPTURE, call_id=row.pk, now=world.now)
    return Capture.objects.get(pk=row.pk)


@pytest.mark.spec("C5")
def test_two_parts_and_the_rest_given_back(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve", 5000, capture="manual")

    first, second = capture(world, intent, 2000), capture(world, intent, 1500)
    void = operations.begin_void(intent_id=intent.pk, actor=CALLER, now=world.now)
    operations.run_call(operations.VOID, call_id=void.pk, now=world.now)

    intent = world.fresh(intent)
    assert (first.state, second.state) == ("SUCCEEDED", "SUCCEEDED")
    assert (intent.state, intent.authorised_minor, intent.captured_minor) == (State.CAPTURED, 5000, 3500)
    assert world.wallet() == {"playable": 3500}
    assert world.fresh(void).outcome == "VOIDED"
    assert sandbox.look_up(merchant_reference=intent.public_id)["payment"]["captured"]["minor_units"] == 3500


@pytest.mark.spec("C5")
def test_never_above_what_is_authorised(world: World) -> None:
    intent = world.pay("tok_approve", 5000, capture="manual")
    capture(world, intent, 4000)

    with pytest.raises(AboveAuthorised) as refusal:
        capture(world, intent, 1001)

    assert refusal.value.details == {"left_minor": 1000}
    assert world.wallet() == {"playable": 4000}


@pytest.mark.spec("C5")
def test_a_later_capture_is_refused(world: World) -> None:
    intent = world.pay("tok_approve", capture="manual")
    world.now += timedelta(days=8)

    with pytest.raises(AuthorisationEnded):
        capture(world, intent)


@pytest.mark.spec("K9")
def test_a_gate_that_closed_in_between_voids_the_authorisation(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve", capture="manual")
    move(world.player, "self_exclude", actor=CALLER, now=world.now)

    with pytest.raises(GateClosed):
        capture(world, intent)
    operations.run_call(operations.VOID, call_id=intent.voids.get().pk, now=world.now)

    assert world.fresh(intent).state == State.VOIDED
    assert world.fresh(intent).gates[-1]["moment"] == "capture"
    assert sandbox.state_of(intent.public_id) == "VOIDED"
    assert world.wallet() == {}


def refuse_kyc(world: World, intent: DepositIntent) -> None:
    world.player.kyc_status = "rejected"
    world.player.save()


def block_instrument(world: World, intent: DepositIntent) -> None:
    now = {"created_at": world.now, "updated_at": world.now}
    call = {"call_kind": "verify", "call_state": "DONE", "idempotency_key": f"verify:{intent.public_id}"}
    instrument = Instrument.objects.create(player=world.player, method="card", token="tok_approve", state="BLOCKED", **now, **call)
    attempt = intent.attempts.get()
    attempt.instrument = instrument
    attempt.save()


def end_licence(world: World, intent: DepositIntent) -> None:
    world.brand.licences = {"SE": "spelinspektionen"}
    world.brand.save()


@pytest.mark.spec("K9", "K11")
@pytest.mark.parametrize(
    ("close", "gate", "reason"),
    [
        (refuse_kyc, "kyc", "KYC_REJECTED"),
        (block_instrument, "instrument", "INSTRUMENT_BLOCKED"),
        (end_licence, "region", "REGION_NOT_LICENSED"),
    ],
)
def test_each_gate_is_asked_again_before_a_capture(world: World, close: Any, gate: str, reason: str) -> None:
    intent = world.pay("tok_approve", capture="manual")
    close(world, intent)

    with pytest.raises(GateClosed) as refusal:
        capture(world, intent)

    assert (refusal.value.details["gate"], refusal.value.details["reason"]) == (gate, reason)
    assert intent.voids.get().reason == "gate_closed"
    record = world.fresh(intent).gates[-1]
    assert (record["moment"], [each["name"] for each in record["gates"] if not each["is_open"]]) == ("capture", [gate])
    assert not intent.captures.exists()
    assert list(intent.frozen_checks.values_list("moment", flat=True)) == ["authorize"], "nothing was decided to capture"


@pytest.mark.spec("K9", "C5")
def test_a_gate_that_closed_after_a_part_gives_the_rest_back_and_leaves_the_part(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve", 5000, capture="manual")
    capture(world, intent, 2000)
    move(world.player, "self_exclude", actor=CALLER, now=world.now)

    with pytest.raises(GateClosed):
        capture(world, intent, 1000)
    void = intent.voids.get()
    operations.run_call(operations.VOID, call_id=void.pk, now=world.now)

    assert (void.reason, world.fresh(void).outcome) == ("rest", "VOIDED")
    assert (world.fresh(intent).state, world.wallet()) == (State.CAPTURED, {"playable": 2000})
    assert sandbox.look_up(merchant_reference=intent.public_id)["payment"]["captured"]["minor_units"] == 2000


@pytest.mark.spec("C5")
def test_a_void_refused_because_captured_becomes_a_refund(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve", capture="manual")
    psp_ref = intent.attempts.get().psp_ref
    body = {"merchant_reference": "made-elsewhere", "amount": {"minor_units": 5000, "currency": "EUR"}}
    assert sandbox.post(f"/v1/payments/{psp_ref}/captures", body).status_code == 201

    void = operations.begin_void(intent_id=intent.pk, actor=CALLER, now=world.now)
    operations.run_call(operations.VOID, call_id=void.pk, now=world.now)
    operations.resolve_intent(intent_id=intent.pk, now=world.now)

    assert world.fresh(void).outcome == "REFUSED"
    assert world.fresh(intent).state == State.CAPTURED
    assert world.kinds(intent) == ["DEPOSIT_CAPTURED", "REFUND_SUBMITTED"]
    assert world.wallet() == {"locked": 5000}


def test_a_void_after_the_whole_was_captured_is_refused(world: World) -> None:
    intent = world.pay("tok_approve")

    with pytest.raises(NotInThisState):
        operations.begin_void(intent_id=intent.pk, actor=CALLER, now=world.now)


def test_a_canceled_challenge_is_given_back_at_the_psp(world: World) -> None:
    intent = world.pay("tok_challenge")

    canceled = operations.cancel_intent(intent_id=intent.pk, actor=CALLER, now=world.now)

    assert canceled.state == State.CANCELED
    assert intent.voids.get().reason == "canceled"


def test_an_authorised_intent_is_voided_not_canceled(world: World) -> None:
    intent = world.pay("tok_approve", capture="manual")

    with pytest.raises(NotInThisState):
        operations.cancel_intent(intent_id=intent.pk, actor=CALLER, now=world.now)


def unknown_capture(world: World, intent: DepositIntent, amount_minor: int) -> Capture:
    """A capture that was sent and not answered."""
    row = operations.begin_capture(intent_id=intent.pk, amount_minor=amount_minor, operation_key="", actor=CALLER, now=world.now)
    Capture.objects.filter(pk=row.pk).update(call_state="UNKNOWN", sent_at=world.now)
    return row


@pytest.mark.spec("C2", "C5", "C8")
def test_a_capture_answered_after_its_authorisation_ended_is_late_money(world: World) -> None:
    """Sent and not answered while the rest was voided at the end of its time: not known is not failed, what was taken is booked."""
    intent = world.pay("tok_approve", 5000, capture="manual")
    row = unknown_capture(world, intent, 2000)
    world.now += timedelta(days=8)
    operations.expire_intent(intent_id=intent.pk, now=world.now)
    operations.finish_void(intent.voids.get().pk, PspResult(Outcome.APPROVED), world.now)
    assert (world.fresh(intent).state, world.fresh(row).state) == (State.EXPIRED, "REFUSED")

    taken = PspResult(Outcome.CAPTURED, object_ref="cpt_slow", amount_minor=2000, currency="EUR")
    for _ in range(2):
        operations.finish_capture(row.pk, taken, world.now)

    assert (world.fresh(intent).state, world.fresh(row).state) == (State.CAPTURED, "SUCCEEDED")
    assert world.balances() == {"clearing": 2000, "locked": -2000}
    assert world.cases() == ["PSP_SUCCESS_AFTER_TERMINAL"]


@pytest.mark.spec("C5", "C8")
def test_a_capture_that_was_not_sent_when_its_authorisation_ended_is_not_sent(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve", 5000, capture="manual")
    row = operations.begin_capture(intent_id=intent.pk, amount_minor=2000, operation_key="", actor=CALLER, now=world.now)
    end_intent(intent=world.fresh(intent), state=State.CANCELED, occurred_at=world.now, actor=CALLER, now=world.now)

    assert operations.run_call(operations.CAPTURE, call_id=row.pk, now=world.now) == "done"

    assert world.fresh(row).state == "REFUSED"
    assert sandbox.look_up(merchant_reference=intent.public_id)["payment"]["captures"] == []
