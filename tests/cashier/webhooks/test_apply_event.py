"""What events do: by rank, once, and only with a lookup of ours before a credit (C2, C3, C6, W1, W4, W5)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from cashier import operations
from cashier.models import DepositIntent, PspEvent, PspEventWork, Refund
from cashier.operations import RefundOrder, apply
from cashier.operations.event_values import BadEvent, NotYet
from cashier.psp.base import Outcome, PspResult
from cashier.refusals import NotInThisState
from ledger.actors import Actor
from ledger.models import AuditRecord
from tests.cashier.world import CALLER, World
from tests.sandbox.running import RunningSandbox, fresh

State = DepositIntent.State


def tell(world: World, event: str, intent: DepositIntent | None = None, *, account: str = "SANDBOX_EU", **fields: Any) -> list[str]:
    """A notification of the PSP, let in and applied."""
    body: dict[str, Any] = {
        "event_id": fresh("evt"),
        "event": event,
        "psp_ref": intent.attempts.get().psp_ref if intent else "psp_x",
        "intent_id": intent.public_id if intent else None,
        "occurred_at": world.now.isoformat(),
        **fields,
    }
    world.receive(json.dumps(body).encode(), account=account)
    return world.apply_all()


def complete_challenge(sandbox: RunningSandbox, intent: DepositIntent, outcome: str = "approve") -> dict[str, Any]:
    psp_ref = intent.attempts.get().psp_ref
    sandbox.http.post(f"/challenge/{psp_ref}", data={"outcome": outcome})
    payment = sandbox.look_up(merchant_reference=intent.public_id)
    assert payment is not None
    return dict(payment["payment"])


def eur(amount_minor: int) -> dict[str, Any]:
    return {"minor_units": amount_minor, "currency": "EUR"}


@pytest.mark.spec("C3", "C13")
def test_a_completed_challenge_is_credited_after_our_own_lookup(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    payment = complete_challenge(sandbox, intent)

    outcomes = tell(world, "payment.captured", intent, capture_id=payment["captures"][0]["capture_id"], amount=eur(5000))

    assert outcomes == ["credited"]
    assert world.fresh(intent).state == State.CAPTURED
    assert world.wallet() == {"playable": 5000}
    attempt = intent.attempts.get()
    assert attempt.eci == payment["eci"] and attempt.cavv == payment["cavv"]


@pytest.mark.spec("C3")
def test_an_event_alone_never_credits(world: World) -> None:
    intent = world.pay("tok_challenge")

    outcomes = tell(world, "payment.captured", intent, capture_id="invented", amount=eur(5000))

    assert outcomes[0].startswith("waiting")
    assert world.fresh(intent).state == State.ACTION_REQUIRED
    assert world.wallet() == {}


@pytest.mark.spec("C3")
def test_an_event_with_another_amount_is_a_case_never_a_credit(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    payment = complete_challenge(sandbox, intent)

    tell(world, "payment.captured", intent, capture_id=payment["captures"][0]["capture_id"], amount=eur(4999))

    assert world.wallet() == {}
    assert world.cases() == ["GROSS_AMOUNT_DIFFERS"]


@pytest.mark.spec("W4")
def test_out_of_order_events_are_applied_by_rank(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    payment = complete_challenge(sandbox, intent)

    first = tell(world, "payment.captured", intent, capture_id=payment["captures"][0]["capture_id"], amount=eur(5000))
    second = tell(world, "payment.authorized", intent, amount=eur(5000))
    third = tell(world, "payment.failed", intent)

    assert first == ["credited"]
    assert second[0].startswith("ignored") and third[0].startswith("ignored")
    assert world.fresh(intent).state == State.CAPTURED
    assert world.wallet() == {"playable": 5000}
    assert set(PspEventWork.objects.values_list("state", flat=True)) == {"APPLIED", "IGNORED"}


@pytest.mark.spec("C4")
def test_a_pending_that_fails_is_unseen(world: World) -> None:
    intent = world.pay("tok_pending_hold", 4000, method="paybybank")

    tell(world, "payment.failed", intent)

    assert world.fresh(intent).state == State.FAILED
    assert world.kinds(intent) == ["DEPOSIT_SEEN", "DEPOSIT_UNSEEN"]
    assert world.balances() == {}


@pytest.mark.spec("C2")
def test_late_money_by_event(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    operations.cancel_intent(intent_id=intent.pk, actor=CALLER, now=world.now)
    payment = complete_challenge(sandbox, intent)

    outcomes = tell(world, "payment.captured", intent, capture_id=payment["captures"][0]["capture_id"], amount=eur(5000))

    assert outcomes == ["late_money"]
    assert world.fresh(intent).state == State.CAPTURED
    assert world.cases() == ["PSP_SUCCESS_AFTER_TERMINAL"]


@pytest.mark.spec("W1")
def test_an_event_signed_by_another_account_is_a_dead_letter(world: World) -> None:
    intent = world.pay("tok_challenge")

    outcomes = tell(world, "payment.failed", intent, account="SANDBOX_EU2")

    assert outcomes[0].startswith("dead")
    assert world.fresh(intent).state == State.ACTION_REQUIRED
    assert PspEventWork.objects.get().state == "DEAD"


@pytest.mark.spec("W4")
def test_an_unknown_reference_waits_a_day_then_is_a_case(world: World) -> None:
    outcomes = tell(world, "payment.captured", None, intent_id="pi_01jd0000000000000000000000", amount=eur(5000))
    work = PspEventWork.objects.get()
    assert outcomes[0].startswith("waiting") and work.state == "WAITING"

    world.now += timedelta(hours=24, seconds=1)
    work.next_try_at = None
    work.save()
    world.apply_all()

    assert PspEventWork.objects.get().state == "DEAD"
    assert world.cases() == ["EVENT_UNKNOWN_REFERENCE"]


@pytest.mark.spec("W5")
def test_a_dead_letter_is_replayed_by_an_audited_act(world: World) -> None:
    intent = world.pay("tok_challenge")
    tell(world, "payment.failed", intent, account="SANDBOX_EU2")
    event = PspEvent.objects.get()
    person = Actor("user", "1")

    operations.replay_event(event_id=event.pk, reason="asked the PSP", actor=person, now=world.now)

    work = PspEventWork.objects.get()
    assert (work.state, work.replays) == ("RECEIVED", 1)
    record = AuditRecord.objects.get(act="event.replayed")
    assert (record.actor_id, record.target_id, record.reason) == ("1", event.public_id, "asked the PSP")
    with pytest.raises(NotInThisState):
        operations.replay_event(event_id=event.pk, reason="again", actor=person, now=world.now)


@pytest.mark.spec("W5")
def test_an_event_that_fails_leaves_no_effect_and_is_tried_again(world: World, settings: Any) -> None:
    world.account.base_url = "http://127.0.0.1:9"
    world.account.save()
    intent = world.intent()
    attempt = world.begin(intent)
    attempt.psp_ref = "psp_1"
    attempt.save()

    outcomes = tell(world, "payment.captured", intent, capture_id="c_1", amount=eur(5000))

    work = PspEventWork.objects.get()
    assert outcomes[0].startswith("failed")
    assert (work.state, work.tries) == ("RECEIVED", 1)
    assert work.next_try_at is not None and "PspUnreachable" in work.error


@pytest.mark.spec("C21")
def test_a_returned_deposit_takes_what_is_there_and_the_rest_is_owed(world: World) -> None:
    intent = world.pay("tok_approve", 5000)
    capture = world.capture_of(intent)
    operations.submit_refund(capture_id=capture.pk, order=RefundOrder("r1", 2000, "shop"), actor=CALLER, now=world.now)

    tell(world, "payment.returned", intent, capture_id=capture.psp_ref, amount=eur(5000))

    assert world.fresh(capture).state == "RETURNED"
    assert world.wallet() == {"locked": 2000, "receivable": 2000}
    assert world.cases() == ["DEPOSIT_RETURNED"]


@pytest.mark.spec("C21")
def test_a_return_of_another_amount_takes_nothing_and_is_a_case(world: World) -> None:
    intent = world.pay("tok_approve", 5000)
    capture = world.capture_of(intent)

    told = tell(world, "payment.returned", intent, capture_id=capture.psp_ref, amount=eur(100))

    assert told == ["amount differs: case raised"]
    assert (world.fresh(capture).state, world.wallet(), world.cases()) == ("SUCCEEDED", {"playable": 5000}, ["GROSS_AMOUNT_DIFFERS"])


@pytest.mark.spec("C5", "C21")
@pytest.mark.parametrize(
    ("minor", "told", "left"), [(2000, ["deposit.returned"], 3000), (2500, ["dead: names none of 2 captures"], 5000)]
)  # fmt: skip
def test_a_return_that_names_no_capture_is_of_the_one_of_its_amount(world: World, minor: int, told: list[str], left: int) -> None:
    intent = world.pay("tok_approve", 5000, capture="manual")
    for part in (2000, 3000):
        row = operations.begin_capture(intent_id=intent.pk, amount_minor=part, operation_key="", actor=CALLER, now=world.now)
        operations.run_call(operations.CAPTURE, call_id=row.pk, now=world.now)
    assert world.wallet() == {"playable": 5000}

    assert tell(world, "payment.returned", intent, amount=eur(minor)) == told
    assert world.wallet() == {"playable": left}


@pytest.mark.spec("C6")
def test_a_refund_through_its_events(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve", 5000)
    capture = world.capture_of(intent)
    refund = operations.submit_refund(capture_id=capture.pk, order=RefundOrder("r1", 2000, "shop"), actor=CALLER, now=world.now)
    operations.run_call(operations.REFUND, call_id=refund.pk, now=world.now)
    pending = world.fresh(refund)
    assert pending.state == "REFUND_PENDING"
    assert world.wallet() == {"playable": 3000, "locked": 2000}

    first = tell(world, "refund.processed", intent, refund_id=pending.psp_ref, merchant_reference=refund.public_id, amount=eur(2000))
    second = tell(world, "refund.submitted", intent, refund_id=pending.psp_ref, merchant_reference=refund.public_id, amount=eur(2000))

    assert first == ["refund.processed"] and second[0].startswith("ignored")
    assert world.fresh(refund).state == "REFUND_PROCESSED"
    assert world.wallet() == {"playable": 3000}
    assert world.balances() == {"clearing": 3000, "playable": -3000}
    assert world.fresh(capture).refunded_minor == 2000


@pytest.mark.spec("C3", "C6")
def test_a_failed_refund_gives_back_only_after_our_lookup(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve.refund_fail", 5000)
    capture = world.capture_of(intent)
    refund = operations.submit_refund(capture_id=capture.pk, order=RefundOrder("r1", 2000, "shop"), actor=CALLER, now=world.now)

    too_early = tell(world, "refund.failed", intent, refund_id="r_psp", merchant_reference=refund.public_id, amount=eur(2000))
    assert too_early[0].startswith("waiting")
    assert world.wallet() == {"playable": 3000, "locked": 2000}

    operations.run_call(operations.REFUND, call_id=refund.pk, now=world.now)
    sandbox.settle_down()
    PspEventWork.objects.update(next_try_at=None)
    world.apply_all()

    assert Refund.objects.get().state == "REFUND_FAILED"
    assert world.wallet() == {"playable": 5000}
    assert world.fresh(capture).refundable_minor == 5000


def test_the_verification_of_an_instrument_is_no_deposit(world: World) -> None:
    outcomes = tell(world, "payment.authorized", None, intent_id="ins_01jd0000000000000000000000")

    assert outcomes == ["ignored: the verification of an instrument"]


@pytest.mark.spec("W5", "C20")
@pytest.mark.parametrize("failure", [NotYet("not known there yet"), BadEvent("of another payment"), OSError("the PSP is away")])
def test_who_is_slower_than_the_lease_leaves_what_another_worker_applied(
    world: World, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    # Given a worker that asks the PSP for so long that its lease passes to another one, which applies the event
    intent = world.pay("tok_challenge")
    capture_id = complete_challenge(sandbox, intent)["captures"][0]["capture_id"]

    ask_at_once = apply.ask_about

    def ask_for_long(event: PspEvent) -> None:
        monkeypatch.setattr(apply, "ask_about", ask_at_once)
        PspEventWork.objects.update(next_try_at=None)
        assert world.apply_all() == ["credited"]
        raise failure

    monkeypatch.setattr(apply, "ask_about", ask_for_long)

    # When its own try ends in a failure
    outcomes = tell(world, "payment.captured", intent, capture_id=capture_id, amount=eur(5000))

    # Then the event stays applied, and the player is credited once
    assert outcomes == ["APPLIED"]
    work = PspEventWork.objects.get()
    assert (work.state, work.outcome, work.next_try_at) == ("APPLIED", "credited", None)
    assert world.wallet() == {"playable": 5000}


@pytest.mark.spec("C2", "C3", "W4")
def test_a_capture_told_after_we_held_it_as_refused_is_asked_for_and_credited(world: World, sandbox: RunningSandbox) -> None:
    """Its failure was told by mistake, or of another try: our own lookup decides, not what we hold."""
    intent = world.pay("tok_approve", capture="manual")
    psp_ref = intent.attempts.get().psp_ref
    row = operations.begin_capture(intent_id=intent.pk, amount_minor=None, operation_key="", actor=CALLER, now=world.now)
    body = {"merchant_reference": row.public_id, "amount": eur(5000)}
    assert sandbox.post(f"/v1/payments/{psp_ref}/captures", body).status_code == 201
    capture_id = sandbox.look_up(merchant_reference=intent.public_id)["payment"]["captures"][0]["capture_id"]
    operations.finish_capture(row.pk, PspResult(Outcome.SUBMITTED, object_ref=capture_id), world.now)
    assert tell(world, "payment.failed", intent, capture_id=capture_id, amount=eur(5000)) == ["deposit.capture_refused"]

    assert tell(world, "payment.captured", intent, capture_id=capture_id, amount=eur(5000)) == ["credited"]

    assert (world.fresh(intent).state, world.fresh(row).state) == (State.CAPTURED, "SUCCEEDED")
    assert world.wallet() == {"playable": 5000}
