"""How a payout ends, on the PSP's word (POSTINGS.md 3.3, stories 6, 7 and 8)."""

from typing import Any

import pytest

from cashier.models import Hold, PayoutIntent, Player
from cashier.operations.payouts import (
    PayoutStateConflict,
    begin_payout_submission,
    cancel_payout,
    fail_payout,
    finish_payout_submission,
    return_payout,
    settle_payout,
)
from cashier.proofs import locked_is_named
from cashier.psp.base import Outcome, PspResult
from ledger.transitions import move
from tests.cashier.payouts.test_request_payout import ask
from tests.house import CLIENT, TESTER, House, book, kinds, lines, set_policy, wallet


def send(house: House, payout: PayoutIntent) -> PayoutIntent:
    """Submitted, and taken by the PSP."""
    assert begin_payout_submission(payout_id=payout.id, now=house.now)
    finish_payout_submission(payout.id, PspResult(Outcome.SUBMITTED, object_ref="pyt_1"), house.now)
    payout.refresh_from_db()
    return payout


def told(house: House) -> dict[str, Any]:
    return {"occurred_at": house.now, "actor": TESTER, "now": house.now}


@pytest.mark.spec("P1", "P2")
def test_a_sent_payout_moves_no_money_until_it_is_settled(house: House) -> None:
    payout = send(house, ask(house))

    assert (payout.state, payout.call_state, payout.psp_ref) == ("SUBMITTED", "DONE", "pyt_1")
    assert payout.gates[-1]["moment"] == "submission"
    assert kinds() == ["PAYOUT_REQUESTED"]


@pytest.mark.spec("P2")
def test_story_6_settled_with_a_fee_then_returned_with_a_part_kept(house: House, cases: list[dict[str, Any]]) -> None:
    set_policy(house, fee=200)
    payout = send(house, ask(house, 20_000, fee_model="player_taken_off"))

    settle_payout(payout_id=payout.id, **told(house))
    return_payout(payout_id=payout.id, return_ref="r1", returned_minor=19_300, **told(house))

    assert lines("payout.settled:") == [("locked", 20_000), ("clearing", -19_800), ("fee_income", -200)]
    assert lines("payout.returned:") == [("clearing", 19_300), ("fees", 500), ("fee_income", 200), ("playable", -20_000)]
    assert wallet(house.player) == (50_000, 0, 0)
    assert [(case["code"], case["amount_minor"]) for case in cases] == [("PAYOUT_RETURNED", 20_000)]


@pytest.mark.spec("P2")
def test_story_7_failed_then_paid_all_the_same(house: House, cases: list[dict[str, Any]]) -> None:
    payout = send(house, ask(house, 20_000))
    fail_payout(payout_id=payout.id, decline_code="account_closed", **told(house))
    assert wallet(house.player) == (50_000, 0, 0)
    book(house, [("playable", house.player.public_id, 45_000), ("gaming", house.entity.public_id, -45_000)])

    settle_payout(payout_id=payout.id, **told(house))

    payout.refresh_from_db()
    assert (payout.state, payout.decline_code) == ("SETTLED", "account_closed")
    assert lines("payout.failed:") == [("locked", 20_000), ("playable", -20_000)]
    assert lines("payout.paid_after_release:") == [("playable", 5_000), ("receivable", 15_000), ("clearing", -20_000)]
    assert wallet(house.player) == (0, 0, 15_000)
    assert [case["code"] for case in cases] == ["PAYOUT_PAID_AFTER_RELEASE"]


@pytest.mark.spec("P2", "L10")
def test_what_stayed_locked_pays_first_where_the_payout_was_paid_all_the_same_and_comes_back_again(
    house: House, cases: list[dict[str, Any]]
) -> None:
    """Failed while the player may not be credited: the money stays locked for this very payout, and is not taken twice."""
    set_policy(house, fee=200)
    payout = send(house, ask(house, 20_000, fee_model="player_taken_off"))
    move(Player.objects.get(pk=house.player.pk), "self_exclude", actor=TESTER, now=house.now)
    fail_payout(payout_id=payout.id, **told(house))
    assert wallet(house.player) == (30_000, 20_000, 0)

    settle_payout(payout_id=payout.id, **told(house))

    assert lines("payout.paid_after_release:") == [("locked", 19_800), ("clearing", -19_800)]
    assert (wallet(house.player), held()) == ((30_000, 200, 0), [(payout.public_id, 200)])
    assert locked_is_named().ok

    return_payout(payout_id=payout.id, return_ref="r1", returned_minor=19_800, **told(house))

    assert held() == [(payout.public_id, 200), (f"{payout.public_id}:returned", 20_000)]
    assert wallet(house.player) == (30_000, 20_200, 0)
    assert locked_is_named().ok
    assert [(case["code"], case["facts"].get("hold", "")) for case in cases] == [
        ("ABNORMAL_PENDING", payout.public_id), ("PAYOUT_PAID_AFTER_RELEASE", ""),
        ("ABNORMAL_PENDING", f"{payout.public_id}:returned"), ("PAYOUT_RETURNED", ""),
    ]  # fmt: skip


def held() -> list[tuple[str, int]]:
    return [(hold.ref, int(hold.amount_minor)) for hold in Hold.objects.filter(state=Hold.State.HELD).order_by("ref")]


@pytest.mark.spec("P2")
@pytest.mark.parametrize(("funding", "account"), [("settlement", "clearing"), ("prefund", "prefund")])
def test_story_8_the_merchant_account_says_what_pays(house: House, funding: str, account: str) -> None:
    house.account.payout_funding = funding
    house.account.save()
    payout = send(house, ask(house, 10_000))

    settle_payout(payout_id=payout.id, **told(house))

    assert lines("payout.settled:") == [("locked", 10_000), (account, -10_000)]


@pytest.mark.spec("L3", "W4")
def test_told_twice_it_is_settled_once(house: House) -> None:
    payout = send(house, ask(house))

    settle_payout(payout_id=payout.id, **told(house))
    settle_payout(payout_id=payout.id, **told(house))

    assert kinds() == ["PAYOUT_REQUESTED", "PAYOUT_SETTLED"]


@pytest.mark.spec("W4")
def test_a_return_that_comes_first_proves_the_payment(house: House, cases: list[dict[str, Any]]) -> None:
    payout = send(house, ask(house))

    return_payout(payout_id=payout.id, return_ref="r1", returned_minor=20_000, **told(house))
    return_payout(payout_id=payout.id, return_ref="r1", returned_minor=20_000, **told(house))

    assert kinds() == ["PAYOUT_REQUESTED", "PAYOUT_SETTLED", "PAYOUT_RETURNED"]
    assert wallet(house.player) == (50_000, 0, 0)


@pytest.mark.spec("P2")
def test_a_return_to_a_closed_player_stays_locked(house: House, cases: list[dict[str, Any]]) -> None:
    payout = send(house, ask(house))
    settle_payout(payout_id=payout.id, **told(house))
    move(Player.objects.get(pk=house.player.pk), "close", actor=TESTER, now=house.now)

    return_payout(payout_id=payout.id, return_ref="r1", returned_minor=20_000, **told(house))

    assert wallet(house.player) == (30_000, 20_000, 0)
    assert {case["code"] for case in cases} == {"ABNORMAL_PENDING", "PAYOUT_RETURNED"}


@pytest.mark.spec("P2")
def test_more_than_was_paid_can_not_come_back(house: House) -> None:
    payout = send(house, ask(house))

    with pytest.raises(ValueError, match="more than was paid"):
        return_payout(payout_id=payout.id, return_ref="r1", returned_minor=20_001, **told(house))

    payout.refresh_from_db()
    assert payout.state == "SUBMITTED"


@pytest.mark.spec("P2", "W4")
def test_a_payout_that_was_never_sent_can_be_neither_settled_nor_failed(house: House) -> None:
    payout = ask(house)

    with pytest.raises(PayoutStateConflict):
        settle_payout(payout_id=payout.id, **told(house))
    with pytest.raises(PayoutStateConflict):
        fail_payout(payout_id=payout.id, **told(house))

    assert wallet(house.player) == (30_000, 20_000, 0)


@pytest.mark.spec("W4")
def test_a_failure_after_the_settlement_changes_nothing(house: House) -> None:
    payout = send(house, ask(house))
    settle_payout(payout_id=payout.id, **told(house))

    with pytest.raises(PayoutStateConflict):
        fail_payout(payout_id=payout.id, **told(house))

    assert kinds() == ["PAYOUT_REQUESTED", "PAYOUT_SETTLED"]


@pytest.mark.spec("P5")
def test_a_refusal_by_the_psp_gives_the_money_back(house: House) -> None:
    payout = ask(house)
    begin_payout_submission(payout_id=payout.id, now=house.now)

    finish_payout_submission(payout.id, PspResult(Outcome.REFUSED, decline_code="not_permitted"), house.now)

    payout.refresh_from_db()
    assert (payout.state, payout.decline_code) == ("FAILED", "not_permitted")
    assert wallet(house.player) == (50_000, 0, 0)


@pytest.mark.spec("P3")
def test_a_gate_that_closes_before_sending_rejects_it(house: House) -> None:
    payout = ask(house)
    move(Player.objects.get(pk=house.player.pk), "block", actor=TESTER, now=house.now)

    assert not begin_payout_submission(payout_id=payout.id, now=house.now)

    payout.refresh_from_db()
    assert (payout.state, payout.call_state) == ("REJECTED", "DONE")
    assert payout.reason == "The payout is refused: player's state."


@pytest.mark.spec("P1", "P5")
def test_a_sent_payout_can_not_be_canceled(house: House) -> None:
    payout = send(house, ask(house))

    with pytest.raises(Exception, match="NOT_CANCELABLE"):
        cancel_payout(payout_id=payout.id, reason="late", actor=CLIENT, now=house.now)

    assert wallet(house.player) == (30_000, 20_000, 0)
