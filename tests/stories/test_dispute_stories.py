"""The accountant's stories of disputes (9 to 15), told by the operations that post them in service, block for block."""

import pytest

from cashier.models import Capture
from tests.stories.casino import Casino
from tests.stories.telling import story

pytestmark = pytest.mark.django_db


@pytest.mark.spec("X5")
def test_story_9_wallet_full_won_for_good(casino: Casino) -> None:
    told = story(casino, 9)
    capture = told.posts(lambda: told.settled(10_000))
    dispute = told.posts(lambda: casino.chargeback("open", capture))
    told.posts(lambda: casino.chargeback("debit", capture))
    told.papers(2)
    told.posts(lambda: casino.chargeback("credit", capture))
    told.papers(2)
    told.posts(lambda: casino.win_dispute(dispute))
    told.ends()


@pytest.mark.spec("X5", "L12")
def test_story_10_wallet_half_full_the_rest_written_off(casino: Casino) -> None:
    told = story(casino, 10)
    capture = told.posts(lambda: casino.played_of(told.settled(10_000), 6_000))
    dispute = told.posts(lambda: casino.chargeback("open", capture))
    told.posts(lambda: casino.chargeback("debit", capture))
    told.papers(2)
    told.posts(lambda: casino.write_off(6_000, ref=dispute.public_id, loss="chargeback_loss"))
    told.ends()


@pytest.mark.spec("X5", "L12")
def test_story_11_written_off_too_early_then_won(casino: Casino) -> None:
    told = story(casino, 11)
    capture = told.posts(lambda: casino.played_of(told.settled(10_000), 10_000))
    dispute = told.posts(lambda: casino.chargeback("open", capture))
    told.posts(lambda: casino.chargeback("debit", capture))
    told.posts(lambda: casino.write_off(7_000, ref=dispute.public_id, loss="chargeback_loss"))
    told.posts(lambda: casino.chargeback("credit", capture))
    told.posts(lambda: casino.win_dispute(dispute))
    told.ends()


@pytest.mark.spec("X5")
def test_story_12_the_wallet_is_touched_once(casino: Casino) -> None:
    told = story(casino, 12)
    capture = told.posts(lambda: told.settled(10_000))
    told.posts(lambda: casino.chargeback("open", capture))
    told.posts(lambda: casino.chargeback("debit", capture))
    told.posts(lambda: casino.chargeback("credit", capture))
    told.posts(lambda: casino.chargeback("debit", capture, movement=2))
    told.papers()
    told.ends()


@pytest.mark.spec("X5")
def test_story_13_won_then_lost_in_pre_arbitration(casino: Casino) -> None:
    told = story(casino, 13)

    def after_a_win() -> Capture:
        capture = told.settled(10_000)
        dispute = casino.chargeback("open", capture)
        for act in ("debit", "credit"):
            casino.chargeback(act, capture)
        casino.win_dispute(dispute)
        return capture

    capture = told.posts(after_a_win)
    told.posts(lambda: casino.stake(8_000))
    told.posts(lambda: casino.chargeback("debit", capture, movement=2), blocks=2)
    told.ends()


@pytest.mark.spec("X5", "C6")
def test_story_14_refunded_in_part_then_charged_back_whole(casino: Casino) -> None:
    told = story(casino, 14)
    capture = told.posts(lambda: told.settled(10_000))
    refund = told.posts(lambda: casino.refund(capture, 3_000))
    told.posts(lambda: casino.end_refund(refund, "process"))
    told.posts(lambda: casino.chargeback("open", capture))
    told.posts(lambda: casino.chargeback("debit", capture))
    told.ends()


@pytest.mark.spec("X5", "C19")
def test_story_15_the_players_fee_is_inside(casino: Casino) -> None:
    casino.brand.fee_rules = {"card": {"model": "player_on_top", "percent": "2"}}
    told = story(casino, 15)
    capture = told.posts(lambda: casino.deposit(5_000))
    told.posts(lambda: casino.chargeback("open", capture))
    told.posts(lambda: casino.chargeback("debit", capture))
    told.ends()
