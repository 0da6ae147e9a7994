"""Refunds: the ceiling, the hold, the ends (C6; POSTINGS.md stories 2, 3, 16)."""

import pytest

from cashier import operations
from cashier.models import Capture, DepositIntent, Hold, Refund
from cashier.operations import CaptureProof, RefundEnd, RefundOrder
from cashier.refusals import RefundAboveCapture, RefundAbovePlayable, RefundDisputed, RefundIdReused, RefundNotPossible
from ledger.actors import user_actor
from ledger.models import ApprovalRequest, AuditRecord
from ledger.operations import Posting, decide, post
from ledger.transitions import move
from tests.cashier.world import CALLER, World
from tests.ledger.cast import make_person


def submit(world: World, capture: Capture, amount_minor: int, refund_id: str = "r1", **order: str) -> Refund:
    wanted = RefundOrder(refund_id, amount_minor, "shop", **order)
    return operations.submit_refund(capture_id=capture.pk, order=wanted, actor=CALLER, now=world.now)


def end(world: World, ref: str = "psp_refund") -> RefundEnd:
    return RefundEnd(ref, world.now)


def process(world: World, refund: Refund) -> bool:
    return operations.process_refund(refund_id=refund.pk, end=end(world, f"psp_{refund.refund_id}"), actor=CALLER, now=world.now)


def play(world: World, intent: DepositIntent, amount_minor: int) -> None:
    """The player loses it."""
    lines = [
        {"kind": "playable", "holder": world.player.public_id, "asset": "EUR", "amount_minor": amount_minor, "ref": "", "label": ""},
        {"kind": "gaming", "holder": world.entity.public_id, "asset": "EUR", "amount_minor": -amount_minor, "ref": "", "label": ""},
    ]
    post(
        Posting("OPENING_BALANCE@1", f"play:{intent.public_id}", world.entity.pk, {"lines": lines}, world.now), actor=CALLER, now=world.now
    )


@pytest.mark.spec("C6")
def test_story_3_one_fails_one_is_reversed(world: World) -> None:
    intent = world.pay("tok_approve", 6000)
    capture = world.capture_of(intent)

    first = submit(world, capture, 2000, "r1")
    assert world.wallet() == {"playable": 4000, "locked": 2000}
    operations.fail_refund(refund_id=first.pk, end=end(world, "x"), actor=CALLER, now=world.now)
    assert world.wallet() == {"playable": 6000}
    second = submit(world, capture, 3000, "r2")
    process(world, second)
    assert world.balances() == {"clearing": 3000, "playable": -3000}
    operations.reverse_refund(refund_id=second.pk, end=end(world), actor=CALLER, now=world.now)

    assert world.balances() == {"clearing": 6000, "playable": -6000}
    assert world.cases() == ["REFUND_REVERSED"]
    assert world.fresh(capture).refundable_minor == 6000


@pytest.mark.spec("C6")
def test_the_ceiling_counts_what_is_under_way(world: World) -> None:
    capture = world.capture_of(world.pay("tok_approve", 5000))
    process(world, submit(world, capture, 2000, "r1"))
    submit(world, capture, 2000, "r2")

    with pytest.raises(RefundAboveCapture) as refusal:
        submit(world, capture, 1001, "r3")
    submit(world, capture, 1000, "r4")

    assert refusal.value.details == {"refundable_minor": 1000}
    assert Refund.objects.count() == 3
    assert world.wallet() == {"locked": 3000}


@pytest.mark.spec("C6")
def test_two_equal_refunds_are_two(world: World) -> None:
    capture = world.capture_of(world.pay("tok_approve", 5000))

    for refund_id in ("r1", "r2"):
        process(world, submit(world, capture, 1000, refund_id))

    assert world.fresh(capture).refunded_minor == 2000


@pytest.mark.spec("C6")
def test_above_playable_is_refused_and_nothing_changes(world: World) -> None:
    intent = world.pay("tok_approve", 5000)
    capture = world.capture_of(intent)
    play(world, intent, 4000)

    with pytest.raises(RefundAbovePlayable):
        submit(world, capture, 1001)

    assert Refund.objects.count() == 0
    assert world.wallet() == {"playable": 1000}
    assert world.fresh(capture).refunding_minor == 0


def test_a_refund_id_is_the_callers_own_reference(world: World) -> None:
    capture = world.capture_of(world.pay("tok_approve", 5000))
    first = submit(world, capture, 1000, "r1")

    assert submit(world, capture, 1000, "r1").pk == first.pk
    with pytest.raises(RefundIdReused):
        submit(world, capture, 1001, "r1")
    other = RefundOrder("r1", 1000, "another shop")
    assert operations.submit_refund(capture_id=capture.pk, order=other, actor=CALLER, now=world.now).pk != first.pk


@pytest.mark.spec("C6")
def test_a_disputed_capture_is_not_refunded(world: World) -> None:
    capture = world.capture_of(world.pay("tok_approve", 5000))
    capture.disputed_minor = 1
    capture.save()

    with pytest.raises(RefundDisputed):
        submit(world, capture, 1000)


@pytest.mark.spec("C19")
def test_a_whole_refund_gives_the_fee_back(world: World) -> None:
    world.brand.fee_rules = {"card": {"model": "player_on_top", "percent": "2", "fixed_minor": 0}}
    world.brand.save()
    intent = world.pay("tok_approve", 5000)
    capture = world.capture_of(intent)

    refund = submit(world, capture, 5100)
    assert world.wallet() == {"locked": 5000}
    process(world, refund)

    assert world.balances() == {}


@pytest.mark.spec("C2")
def test_story_16_late_money_of_an_excluded_player_goes_back(world: World) -> None:
    intent = world.pay("tok_challenge")
    move(world.player, "self_exclude", actor=CALLER, now=world.now)
    proof = CaptureProof("c_1", 5000, "EUR", world.now)
    attempt = intent.attempts.get()
    _, capture = operations.credit_capture(intent=world.fresh(intent), attempt=attempt, proof=proof, actor=CALLER, now=world.now)

    with pytest.raises(RefundNotPossible):
        submit(world, capture, 1000)
    refund = operations.refund_late_money(capture_id=capture.pk, actor=CALLER, now=world.now)
    assert world.balances() == {"clearing": 5000, "locked": -5000}
    process(world, refund)

    assert world.balances() == {}
    assert world.kinds(intent) == ["DEPOSIT_LATE_MONEY", "DEPOSIT_LATE_REFUNDED"]
    assert Hold.objects.get().state == "TAKEN"


@pytest.mark.spec("C6")
def test_what_fails_for_a_player_who_may_not_be_credited_stays_locked(world: World) -> None:
    capture = world.capture_of(world.pay("tok_approve", 5000))
    refund = submit(world, capture, 2000)
    move(world.player, "block", actor=CALLER, now=world.now)

    operations.fail_refund(refund_id=refund.pk, end=end(world), actor=CALLER, now=world.now)

    assert world.wallet() == {"playable": 3000, "locked": 2000}
    assert Hold.objects.get().amount_minor == 2000
    assert world.cases() == ["ABNORMAL_PENDING"]


def test_an_end_told_twice_has_one_effect(world: World) -> None:
    capture = world.capture_of(world.pay("tok_approve", 5000))
    refund = submit(world, capture, 2000)

    assert process(world, refund) is True
    assert process(world, refund) is False
    assert operations.fail_refund(refund_id=refund.pk, end=end(world), actor=CALLER, now=world.now) is False

    assert world.fresh(capture).refunded_minor == 2000
    assert world.wallet() == {"playable": 3000}


@pytest.mark.spec("C6", "S5")
def test_by_hand_it_is_audited_and_above_the_threshold_asked_for(world: World) -> None:
    actor = user_actor(make_person("ada"))
    capture = world.capture_of(world.pay("tok_approve", 50_000))

    small = operations.refund_by_hand(
        capture_id=capture.pk, amount_minor=10_000, source="playable", reason="goodwill", maker=actor, now=world.now
    )
    large = operations.refund_by_hand(
        capture_id=capture.pk, amount_minor=10_001, source="playable", reason="goodwill", maker=actor, now=world.now
    )
    house = operations.refund_by_hand(capture_id=capture.pk, amount_minor=1, source="house", reason="goodwill", maker=actor, now=world.now)

    assert isinstance(small, Refund)
    assert isinstance(large, ApprovalRequest) and isinstance(house, ApprovalRequest)
    assert Refund.objects.count() == 1
    assert AuditRecord.objects.filter(act="refund.submitted", reason="goodwill").count() == 1


@pytest.mark.spec("L12", "S5")
def test_who_asked_for_a_refund_makes_it_who_agreed_only_consents(world: World) -> None:
    ada, ben = make_person("ada"), make_person("ben", "refund_capture")
    capture = world.capture_of(world.pay("tok_approve", 50_000))
    request = operations.refund_by_hand(
        capture_id=capture.pk, amount_minor=20_000, source="playable", reason="goodwill", maker=user_actor(ada), now=world.now
    )

    decide(request_id=request.pk, approve=True, checker=ben, reason="", now=world.now)

    refund = Refund.objects.get()
    assert (refund.requested_by_kind, refund.requested_by_id) == ("user", str(ada.pk))
    assert AuditRecord.objects.get(act="refund.submitted").actor_id == str(ada.pk)
    assert AuditRecord.objects.get(act="approval.approved").actor_id == str(ben.pk)


@pytest.mark.spec("C2", "C6", "C21")
def test_late_money_that_its_rail_takes_back_while_it_is_refunded_is_owed_once(world: World) -> None:
    """Both went out: the refund leaves with the money that was held for it, what the rail took is owed."""
    intent = world.pay("tok_challenge")
    move(world.player, "self_exclude", actor=CALLER, now=world.now)
    proof = CaptureProof("c_1", 5000, "EUR", world.now)
    _, capture = operations.credit_capture(
        intent=world.fresh(intent), attempt=intent.attempts.get(), proof=proof, actor=CALLER, now=world.now
    )
    refund = operations.refund_late_money(capture_id=capture.pk, actor=CALLER, now=world.now)

    assert operations.return_deposit(capture_id=capture.pk, return_ref="1", occurred_at=world.now, actor=CALLER, now=world.now)
    assert process(world, refund) is True

    assert world.balances() == {"clearing": -5000, "receivable": 5000}
    assert (Hold.objects.get().state, world.fresh(refund).state) == ("TAKEN", "REFUND_PROCESSED")
    assert world.cases() == ["PSP_SUCCESS_AFTER_TERMINAL", "DEPOSIT_RETURNED"]


@pytest.mark.spec("C6")
def test_an_adopted_refund_counts_beside_the_others_of_capture_and_deposit(world: World) -> None:
    capture = world.capture_of(world.pay("tok_approve", 5000))
    process(world, submit(world, capture, 2000))

    operations.adopt_refund(capture=capture, psp_refund_ref="psp-rf", amount_minor=1000, occurred_at=world.now, actor=CALLER, now=world.now)

    fresh = world.fresh(capture)
    assert (fresh.refunded_minor, fresh.intent.refunded_minor, fresh.refundable_minor) == (3000, 3000, 2000)


@pytest.mark.spec("C6", "X5")
def test_a_refund_under_way_when_its_capture_was_charged_back_is_a_case_once_it_is_paid(world: World) -> None:
    capture = world.capture_of(world.pay("tok_approve", 5000))
    refund = submit(world, capture, 2000)
    Capture.objects.filter(pk=capture.pk).update(disputed_minor=4000)

    assert process(world, refund) is True

    assert world.cases() == ["REFUND_AND_CHARGEBACK_BOTH_PAID"]
    assert (world.told[0]["amount_minor"], world.told[0]["merchant_reference"]) == (1000, refund.public_id)
