"""The one door to a player's money (C2, C3): what is credited, what waits in locked, what is a case."""

from dataclasses import replace

import pytest

from cashier import operations
from cashier.models import Brand, Capture, DepositIntent, Hold, Refund
from cashier.operations import CaptureProof, Credited, refunds
from cashier.operations.endings import end_intent
from cashier.queries.rails import get_rail
from cashier.refusals import NotInThisState
from ledger.transitions import move
from tests.cashier.world import CALLER, World

State = DepositIntent.State


def proof(world: World, amount_minor: int = 5000, *, ref: str = "cap_at_psp", currency: str = "EUR") -> CaptureProof:
    return CaptureProof(ref, amount_minor, currency, world.now)


def credit(world: World, intent: DepositIntent, stated: CaptureProof) -> Credited:
    outcome, _ = operations.credit_capture(
        intent=world.fresh(intent), attempt=intent.attempts.get(), proof=stated, actor=CALLER, now=world.now
    )
    return outcome


def ended_intent(world: World, state: DepositIntent.State = State.EXPIRED) -> DepositIntent:
    intent = world.pay("tok_challenge_abandon")
    end_intent(intent=intent, state=state, occurred_at=world.now, actor=CALLER, now=world.now)
    return intent


@pytest.mark.spec("C3")
def test_proved_twice_it_is_credited_once(world: World) -> None:
    intent = world.pay("tok_challenge")

    first = credit(world, intent, proof(world))
    second = credit(world, intent, proof(world))

    assert (first, second) == (Credited.CREDITED, Credited.ALREADY)
    assert world.wallet() == {"playable": 5000}
    assert world.kinds(intent) == ["DEPOSIT_CAPTURED"]


@pytest.mark.spec("C2")
@pytest.mark.parametrize("end", [State.FAILED, State.EXPIRED, State.CANCELED, State.VOIDED])
def test_money_for_an_ended_intent_is_late_money(world: World, end: DepositIntent.State) -> None:
    intent = ended_intent(world, end)

    outcome = credit(world, intent, proof(world))

    intent = world.fresh(intent)
    assert outcome is Credited.LATE_MONEY
    assert intent.state == State.CAPTURED
    assert world.wallet() == {"locked": 5000}
    assert world.kinds(intent) == ["DEPOSIT_LATE_MONEY"]
    assert world.cases() == ["PSP_SUCCESS_AFTER_TERMINAL"]
    assert world.told[0]["merchant_reference"] == intent.public_id
    assert world.told[0]["amount_minor"] == 5000


@pytest.mark.spec("C2")
def test_by_policy_late_money_is_credited(world: World) -> None:
    world.brand.late_money = Brand.LateMoney.CREDIT
    world.brand.save()
    intent = ended_intent(world)

    credit(world, intent, proof(world))

    assert world.wallet() == {"playable": 5000}
    assert world.kinds(intent) == ["DEPOSIT_LATE_MONEY", "DEPOSIT_LATE_CREDITED"]
    assert Hold.objects.get().state == "RELEASED"
    assert world.cases() == ["PSP_SUCCESS_AFTER_TERMINAL"]


@pytest.mark.spec("C2")
def test_by_policy_late_money_goes_back(world: World) -> None:
    world.brand.late_money = Brand.LateMoney.REFUND
    world.brand.save()
    intent = ended_intent(world)

    credit(world, intent, proof(world))
    refund = Refund.objects.get()
    operations.process_refund(refund_id=refund.pk, end=operations.RefundEnd("psp_refund", world.now), actor=CALLER, now=world.now)

    assert refund.source == "late"
    assert world.kinds(intent) == ["DEPOSIT_LATE_MONEY", "DEPOSIT_LATE_REFUNDED"]
    assert world.balances() == {}


@pytest.mark.spec("C2")
def test_a_self_excluded_player_is_never_credited(world: World) -> None:
    intent = world.pay("tok_challenge")
    move(world.player, "self_exclude", actor=CALLER, now=world.now)

    credit(world, intent, proof(world))

    assert world.wallet() == {"locked": 5000}
    assert world.cases() == ["PSP_SUCCESS_AFTER_TERMINAL"]
    with pytest.raises(NotInThisState):
        operations.credit_late_money(capture_id=world.capture_of(intent).pk, actor=CALLER, now=world.now)
    assert world.wallet() == {"locked": 5000}


@pytest.mark.spec("C2")
def test_a_second_charge_for_one_intent_is_held(world: World) -> None:
    intent = world.pay("tok_approve")

    outcome = credit(world, intent, proof(world, ref="second_at_psp"))

    assert outcome is Credited.DUPLICATE
    assert world.wallet() == {"playable": 5000, "locked": 5000}
    assert world.cases() == ["DUPLICATE_PSP_CAPTURE"]
    assert Capture.objects.filter(intent=intent, is_late=True).count() == 1


@pytest.mark.spec("C3")
@pytest.mark.parametrize("stated", [4999, 5001])
def test_a_differing_amount_is_a_case_never_a_credit(world: World, stated: int) -> None:
    intent = world.pay("tok_challenge")

    outcome = credit(world, intent, proof(world, stated))

    assert outcome is Credited.DIFFERS
    assert world.wallet() == {"locked": stated}
    assert world.cases() == ["GROSS_AMOUNT_DIFFERS"]
    assert world.told[0]["amount_minor"] == 1


@pytest.mark.spec("C2", "C4")
def test_late_money_of_a_pending_payment_unsees_it_first(world: World) -> None:
    intent = world.pay("tok_pending_hold", 2500, method="paybybank")
    move(world.player, "self_exclude", actor=CALLER, now=world.now)

    credit(world, intent, proof(world, 2500))

    assert world.kinds(intent) == ["DEPOSIT_SEEN", "DEPOSIT_UNSEEN", "DEPOSIT_LATE_MONEY"]
    assert world.wallet() == {"locked": 2500}
    assert world.balances() == {"clearing": 2500, "locked": -2500}


@pytest.mark.spec("C4")
def test_seen_then_captured_moves_to_playable(world: World) -> None:
    intent = world.pay("tok_pending_hold", 2500, method="paybybank")

    credit(world, intent, proof(world, 2500))

    intent = world.fresh(intent)
    assert (intent.state, intent.pending_minor) == (State.CAPTURED, 0)
    assert world.wallet() == {"playable": 2500}
    assert world.balances() == {"clearing": 2500, "playable": -2500}


@pytest.mark.spec("C2", "C3", "C4")
@pytest.mark.parametrize("stated", [2400, 2600])
def test_a_pending_payment_captured_with_another_amount_is_unseen_as_it_was_seen(world: World, stated: int) -> None:
    intent = world.pay("tok_pending_hold", 2500, method="paybybank")

    outcome = credit(world, intent, proof(world, stated))

    assert outcome is Credited.DIFFERS
    assert world.wallet() == {"locked": stated}
    assert world.balances() == {"clearing": stated, "locked": -stated}
    assert world.cases() == ["GROSS_AMOUNT_DIFFERS"]


@pytest.mark.spec("C2", "C3")
@pytest.mark.parametrize("policy", [Brand.LateMoney.CREDIT, Brand.LateMoney.REFUND])
def test_late_money_of_another_amount_is_left_to_a_person_by_every_policy(world: World, policy: str) -> None:
    world.brand.late_money = policy
    world.brand.save()
    intent = ended_intent(world)

    assert credit(world, intent, proof(world, 6000)) is Credited.LATE_MONEY

    assert world.wallet() == {"locked": 6000}
    assert world.kinds(intent) == ["DEPOSIT_LATE_MONEY"]
    assert not Refund.objects.exists()
    assert world.cases() == ["PSP_SUCCESS_AFTER_TERMINAL"]


@pytest.mark.spec("C2", "C23")
def test_late_money_that_its_rail_can_not_send_back_is_booked_all_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.brand.late_money = Brand.LateMoney.REFUND
    world.brand.save()
    intent = ended_intent(world)
    monkeypatch.setattr(refunds, "get_rail", lambda method: replace(get_rail(method), refundable=False))

    assert credit(world, intent, proof(world)) is Credited.LATE_MONEY

    assert world.wallet() == {"locked": 5000}
    assert not Refund.objects.exists()
    assert (Hold.objects.get().state, world.cases()) == ("HELD", ["PSP_SUCCESS_AFTER_TERMINAL"])


@pytest.mark.spec("C2", "C6")
def test_late_money_on_its_way_back_is_not_credited_too(world: World) -> None:
    world.brand.late_money = Brand.LateMoney.REFUND
    world.brand.save()
    intent = ended_intent(world)
    credit(world, intent, proof(world))

    with pytest.raises(NotInThisState):
        operations.credit_late_money(capture_id=world.capture_of(intent).pk, actor=CALLER, now=world.now)

    assert world.wallet() == {"locked": 5000}
    end = operations.RefundEnd("psp_refund", world.now)
    assert operations.process_refund(refund_id=Refund.objects.get().pk, end=end, actor=CALLER, now=world.now)
    assert world.balances() == {}
