"""The gates once more before a payout leaves (P3, P4): what closed stops it, what needs a person by now waits for one, each says why."""

from collections.abc import Callable
from typing import Any

import pytest

from cashier.models import Instrument, PayoutIntent, Player, PspCall
from cashier.operations import block_instrument
from cashier.operations.payouts import begin_payout_submission, submit_payout
from ledger.models import ApprovalRequest
from ledger.operations import decide
from ledger.transitions import move
from tests.cashier.payouts.test_request_payout import ask
from tests.house import TESTER, House, book, kinds, make_person, make_player, set_policy, wallet


def block(house: House) -> None:
    move(Player.objects.get(pk=house.player.pk), "block", actor=TESTER, now=house.now)


def refuse_kyc(house: House) -> None:
    Player.objects.filter(pk=house.player.pk).update(kyc_status=Player.Kyc.REJECTED)


def owe(house: House) -> None:
    book(house, [("receivable", house.player.public_id, 100), ("gaming", house.entity.public_id, -100)])


def lose_destination(house: House) -> None:
    block_instrument(instrument_id=house.instrument.pk, actor=TESTER, now=house.now)


def change_owner(house: House) -> None:
    other = make_player(house.brand, "p-other", house.now)
    Instrument.objects.filter(pk=house.instrument.pk).update(player=other)


def close(house: House) -> None:
    move(Player.objects.get(pk=house.player.pk), "close", actor=TESTER, now=house.now)


def become_vip(house: House) -> None:
    Player.objects.filter(pk=house.player.pk).update(is_vip=True)


def lower_threshold(house: House) -> None:
    set_policy(house, review=10_000)


def exclude_self(house: House) -> None:
    move(Player.objects.get(pk=house.player.pk), "self_exclude", actor=TESTER, now=house.now)


Change = Callable[[House], None]
STOPS: dict[Change, str] = {
    block: "player's state", refuse_kyc: "KYC", owe: "debt to us", lose_destination: "destination", change_owner: "destination",
}  # fmt: skip
REVIEWS: dict[Change, str] = {close: "player's state", become_vip: "VIP player", lower_threshold: "amount, sum over 24 hours"}


def begin(house: House, payout: PayoutIntent) -> bool:
    is_to_send = begin_payout_submission(payout_id=payout.id, now=house.now)
    payout.refresh_from_db()
    return is_to_send


def agree(house: House, name: str = "ben") -> None:
    request = ApprovalRequest.objects.get(state="PENDING")
    checker = make_person(name, "approve_payout")
    decide(request_id=request.pk, approve=True, checker=checker, reason="seen", now=house.now)


@pytest.mark.spec("P3")
@pytest.mark.parametrize("change", STOPS)
def test_what_closed_since_the_approval_stops_it_and_says_why(house: House, change: Change) -> None:
    payout = ask(house)
    change(house)

    assert not begin(house, payout)

    assert (payout.state, payout.call_state) == ("REJECTED", "DONE")
    assert payout.reason == f"The payout is refused: {STOPS[change]}."
    assert payout.gates[-1]["moment"] == "submission"


@pytest.mark.spec("P3", "P4")
@pytest.mark.parametrize("change", REVIEWS)
def test_what_needs_a_person_by_now_waits_for_one(house: House, change: Change) -> None:
    payout = ask(house)
    assert payout.state == "APPROVED"
    change(house)

    assert not begin(house, payout)

    request = ApprovalRequest.objects.get()
    assert (payout.state, payout.approval_id, request.reason) == ("UNDER_REVIEW", request.public_id, f"Needs review: {REVIEWS[change]}")
    assert (wallet(house.player), kinds()) == ((30_000, 20_000, 0), ["PAYOUT_REQUESTED"])

    # And once that person has agreed it goes, and asks nobody again.
    agree(house)
    assert begin(house, payout)
    assert (payout.state, payout.call_state, ApprovalRequest.objects.count()) == ("SUBMITTED", "READY", 1)


@pytest.mark.spec("P4")
def test_what_a_person_agreed_to_needs_no_second_word_and_what_is_new_does(house: House) -> None:
    set_policy(house, review=10_000)
    payout = ask(house)
    agree(house)
    become_vip(house)

    assert not begin(house, payout)
    assert ApprovalRequest.objects.get(state="PENDING").reason == "Needs review: VIP player"

    agree(house, "cleo")
    assert begin(house, payout)


@pytest.mark.spec("P4")
def test_a_payout_that_came_after_it_holds_nothing_up(house: House) -> None:
    """It was judged itself with this one in its sum."""
    set_policy(house, review=25_000)
    first = ask(house, 20_000)
    assert ask(house, 6_000).state == "UNDER_REVIEW"

    assert begin(house, first)


@pytest.mark.spec("P3")
def test_self_exclusion_stops_no_payout(house: House) -> None:
    payout = ask(house)
    exclude_self(house)

    assert begin(house, payout)


@pytest.fixture
def waiting(house: House) -> PayoutIntent:
    """Submitted and never sent: its PSP's circuit is open, or nobody listens there."""
    payout = ask(house)
    assert begin(house, payout)
    return payout


@pytest.mark.spec("P3", "C9")
@pytest.mark.parametrize("change", STOPS)
def test_one_that_waits_to_be_sent_is_asked_again_at_each_try(house: House, waiting: PayoutIntent, change: Change) -> None:
    records = len(waiting.gates)
    assert begin(house, waiting) and len(waiting.gates) == records
    change(house)

    assert submit_payout(payout_id=waiting.pk, now=house.now) == "nothing to send"

    waiting.refresh_from_db()
    assert (waiting.state, waiting.call_state, waiting.decline_code) == ("FAILED", "DONE", "gate_closed")
    assert waiting.reason == f"The payout is refused: {STOPS[change]}."
    assert {gate["name"] for gate in waiting.gates[-1]["gates"] if gate["result"] == "stop"}


@pytest.mark.spec("P5", "C8")
@pytest.mark.parametrize("state", [PspCall.CallState.SENT, PspCall.CallState.UNKNOWN])
def test_one_that_may_have_been_sent_is_asked_for_whatever_closed(house: House, waiting: PayoutIntent, state: Any) -> None:
    """Its money may be on its way: only the PSP's word ends it."""
    waiting.call_state = state
    waiting.save(update_fields=["call_state"])
    block(house)

    assert begin(house, waiting)

    assert (waiting.state, wallet(house.player)) == ("SUBMITTED", (30_000, 20_000, 0))
