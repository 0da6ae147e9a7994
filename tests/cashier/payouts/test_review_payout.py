"""A person's word on a payout, through the one choke point."""

import pytest

from cashier.models import PayoutIntent, Player
from cashier.operations.payouts import PayoutRefused, PayoutStateConflict, cancel_payout
from ledger.actors import user_actor
from ledger.models import ApprovalRequest
from ledger.operations import ApprovalRefused, decide, expire_approvals
from ledger.transitions import move
from tests.cashier.payouts.test_request_payout import ask
from tests.house import CLIENT, TESTER, House, book, lines, make_person, set_policy, wallet


@pytest.fixture
def reviewed(house: House) -> PayoutIntent:
    set_policy(house, review=100)
    return ask(house)


def request_of(payout: PayoutIntent) -> ApprovalRequest:
    return ApprovalRequest.objects.get(target_id=payout.public_id)


@pytest.mark.spec("P4", "S1")
def test_risk_approves_and_no_money_moves(house: House, reviewed: PayoutIntent) -> None:
    ben = make_person("ben", "approve_payout")

    decide(request_id=request_of(reviewed).id, approve=True, checker=ben, reason="known player", now=house.now)

    reviewed.refresh_from_db()
    assert reviewed.state == "APPROVED"
    assert reviewed.gates[-1]["moment"] == "approval"
    assert wallet(house.player) == (30_000, 20_000, 0)


@pytest.mark.spec("P4")
def test_a_rejection_gives_the_money_back(house: House, reviewed: PayoutIntent) -> None:
    ben = make_person("ben", "approve_payout")

    decide(request_id=request_of(reviewed).id, approve=False, checker=ben, reason="destination looks wrong", now=house.now)

    reviewed.refresh_from_db()
    assert reviewed.state == "REJECTED"
    assert wallet(house.player) == (50_000, 0, 0)
    assert lines("payout.rejected:") == [("locked", 20_000), ("playable", -20_000)]


@pytest.mark.spec("S1", "S2")
def test_who_lacks_the_permission_may_not(house: House, reviewed: PayoutIntent) -> None:
    cleo = make_person("cleo")
    cleo.is_superuser = True
    cleo.save()

    with pytest.raises(ApprovalRefused):
        decide(request_id=request_of(reviewed).id, approve=True, checker=cleo, reason="please", now=house.now)

    reviewed.refresh_from_db()
    assert reviewed.state == "UNDER_REVIEW"


@pytest.mark.spec("P4")
def test_staff_do_not_decide_on_their_own_player_account(house: House, reviewed: PayoutIntent) -> None:
    ben = make_person("ben", "approve_payout", player_refs=[house.player.public_id])

    with pytest.raises(ApprovalRefused):
        decide(request_id=request_of(reviewed).id, approve=True, checker=ben, reason="mine", now=house.now)


@pytest.mark.spec("P4")
def test_staff_do_not_cancel_a_payout_of_their_own_player_account(house: House, reviewed: PayoutIntent) -> None:
    ben = make_person("ben", "approve_payout", player_refs=[house.player.public_id])

    with pytest.raises(ApprovalRefused, match="own player account"):
        cancel_payout(payout_id=reviewed.id, reason="I would rather play", actor=user_actor(ben), now=house.now)

    reviewed.refresh_from_db()
    assert (reviewed.state, request_of(reviewed).state) == ("UNDER_REVIEW", "PENDING")
    assert wallet(house.player) == (30_000, 20_000, 0)


@pytest.mark.spec("P4", "S1")
def test_two_people_are_needed_above_the_second_threshold(house: House) -> None:
    set_policy(house, review=100, second=10_000)
    payout = ask(house)
    ben, dan = make_person("ben", "approve_payout"), make_person("dan", "approve_payout")

    decide(request_id=request_of(payout).id, approve=True, checker=ben, reason="ok", now=house.now)
    payout.refresh_from_db()
    assert payout.state == "UNDER_REVIEW"
    with pytest.raises(ApprovalRefused):
        decide(request_id=request_of(payout).id, approve=True, checker=ben, reason="again", now=house.now)
    decide(request_id=request_of(payout).id, approve=True, checker=dan, reason="ok", now=house.now)

    payout.refresh_from_db()
    assert payout.state == "APPROVED"


@pytest.mark.spec("P3", "S1")
def test_a_gate_that_closed_meanwhile_refuses_and_nothing_is_decided(house: House, reviewed: PayoutIntent) -> None:
    ben = make_person("ben", "approve_payout")
    book(house, [("receivable", house.player.public_id, 5), ("outside", house.entity.public_id, -5)])

    with pytest.raises(PayoutRefused):
        decide(request_id=request_of(reviewed).id, approve=True, checker=ben, reason="ok", now=house.now)

    reviewed.refresh_from_db()
    assert reviewed.state == "UNDER_REVIEW"
    assert request_of(reviewed).state == "PENDING"


@pytest.mark.spec("P1")
def test_a_canceled_payout_takes_its_request_back(house: House, reviewed: PayoutIntent) -> None:
    cancel_payout(payout_id=reviewed.id, reason="player changed his mind", actor=CLIENT, now=house.now)

    reviewed.refresh_from_db()
    assert (reviewed.state, reviewed.reason) == ("CANCELED", "player changed his mind")
    assert request_of(reviewed).state == "WITHDRAWN"
    assert wallet(house.player) == (50_000, 0, 0)
    assert lines("payout.rejected:") == []


@pytest.mark.spec("S1")
def test_a_request_that_nobody_decides_expires_and_the_money_goes_back(house: House, reviewed: PayoutIntent) -> None:
    expire_approvals(now=request_of(reviewed).expires_at)

    reviewed.refresh_from_db()
    assert reviewed.state == "REJECTED"
    assert wallet(house.player) == (50_000, 0, 0)


@pytest.mark.spec("S1")
def test_a_payout_that_differs_from_what_was_frozen_is_not_approved(house: House, reviewed: PayoutIntent) -> None:
    ben = make_person("ben", "approve_payout")
    reviewed.player_fee_minor = 1
    reviewed.save(update_fields=["player_fee_minor"])

    with pytest.raises(PayoutStateConflict):
        decide(request_id=request_of(reviewed).id, approve=True, checker=ben, reason="ok", now=house.now)


def test_money_for_a_closed_player_stays_locked_with_a_case(house: House, reviewed: PayoutIntent, cases: list[dict[str, object]]) -> None:
    player = Player.objects.get(pk=house.player.pk)
    move(player, "close", actor=TESTER, now=house.now, event="player.closed")

    cancel_payout(payout_id=reviewed.id, reason="closed", actor=CLIENT, now=house.now)

    assert wallet(house.player) == (30_000, 20_000, 0)
    assert [case["code"] for case in cases] == ["ABNORMAL_PENDING"]
    assert player.holds.get().amount_minor == 20_000
