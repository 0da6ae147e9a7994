"""The accountant's stories told by the operations that post them in service, block for block, minor unit for minor unit.

The same blocks as tests/ledger/stories, whose lines and sums are the accountant's. Stories 5, 19, 20, 23, 26 and 28 are of papers, quotes
and chains alone and are told by rules (tests/ledger/test_worked_examples.py); 24 and 25 have more beside them in tests/cashier/bonuses.
"""

from datetime import timedelta

import pytest

from cashier import operations
from cashier.bonuses.endings import forfeit_bonus
from cashier.models import DepositIntent, Hold, MerchantAccount
from cashier.psp.base import Outcome, PspResult
from ledger.models import JournalTransaction
from ledger.operations import close_to_postings
from ledger.transitions import move
from tests.ledger.books import TESTER
from tests.ledger.stories.telling import captured
from tests.stories.casino import Casino
from tests.stories.telling import story

pytestmark = pytest.mark.django_db


@pytest.mark.spec("C3", "C19")
def test_story_1_players_fee_on_top(casino: Casino) -> None:
    casino.brand.fee_rules = {"card": {"model": "player_on_top", "percent": "2"}}
    told = story(casino, 1)
    told.posts(lambda: casino.deposit(5000))
    told.papers(2)
    told.ends()


@pytest.mark.spec("C6")
def test_story_2_refunded_in_the_next_batch(casino: Casino) -> None:
    told = story(casino, 2)
    capture = told.posts(lambda: casino.deposit(5000))
    told.papers(2)
    refund = told.posts(lambda: casino.refund(capture, 2000))
    told.posts(lambda: casino.end_refund(refund, "process"))
    told.papers(2)
    told.ends()


@pytest.mark.spec("C6")
def test_story_3_a_refund_fails_and_one_is_reversed(casino: Casino) -> None:
    told = story(casino, 3)
    capture = told.posts(lambda: casino.deposit(6000))
    failing = told.posts(lambda: casino.refund(capture, 2000))
    told.posts(lambda: casino.end_refund(failing, "fail"))
    reversed_ = told.posts(lambda: casino.refund(capture, 3000))
    told.posts(lambda: casino.end_refund(reversed_, "process"))
    told.posts(lambda: casino.end_refund(reversed_, "reverse"))
    told.ends()


@pytest.mark.spec("R8", "X5", "P2")
def test_story_4_one_batch_with_everything(casino: Casino) -> None:
    told = story(casino, 4)
    captures = told.posts(lambda: [casino.deposit(amount) for amount in (20_000, 10_000, 5_000)])
    told.posts(lambda: casino.deposit(1200))
    told.papers()  # the reserve of an earlier batch
    told.posts(lambda: casino.end_refund(casino.refund(captures[0], 1000), "process"))
    told.posts(lambda: paid_out(casino, 8000))
    told.posts(lambda: casino.chargeback("open", captures[2]))
    told.posts(lambda: casino.chargeback("debit", captures[2]))
    told.papers(2)
    told.ends()


def paid_out(casino: Casino, amount_minor: int) -> None:
    payout = casino.payout(amount_minor)
    casino.send(payout)
    casino.end_payout(payout, "settle")


@pytest.mark.spec("P2")
def test_story_6_a_payout_is_returned_short(casino: Casino) -> None:
    told = story(casino, 6)
    told.posts(lambda: casino.deposit(50_000))
    payout = told.posts(lambda: casino.payout(20_000, fee_model="player_taken_off"))
    casino.send(payout)
    told.posts(lambda: casino.end_payout(payout, "settle"))
    told.posts(lambda: casino.return_payout(payout, 19_300))
    told.ends()


@pytest.mark.spec("P2")
def test_story_7_paid_after_it_was_released(casino: Casino) -> None:
    told = story(casino, 7)
    told.posts(lambda: casino.deposit(20_000))
    payout = told.posts(lambda: casino.payout(20_000))
    casino.send(payout)
    told.posts(lambda: casino.end_payout(payout, "fail"))
    told.posts(lambda: casino.stake(15_000))
    told.posts(lambda: casino.end_payout(payout, "settle"))
    told.ends()


@pytest.mark.spec("P2")
def test_story_8_from_a_prefunded_balance(casino: Casino) -> None:
    MerchantAccount.objects.filter(pk=casino.account.pk).update(payout_funding="prefund")
    told = story(casino, 8)
    told.papers(3)  # the player's balance, in the bank; the top-up leaves and arrives
    payout = told.posts(lambda: casino.payout(10_000))
    casino.send(payout)
    told.posts(lambda: casino.end_payout(payout, "settle"))
    told.papers()
    told.ends()


@pytest.mark.spec("C2", "C6")
def test_story_16_late_money_of_a_self_excluded_player(casino: Casino) -> None:
    told = story(casino, 16)
    intent = casino.answer(casino.ask(5_000), Outcome.ACTION_REQUIRED)
    move(casino.player, "self_exclude", actor=TESTER, now=casino.now)
    capture = told.posts(lambda: casino.proved(DepositIntent.objects.get(pk=intent.pk)))
    refund = operations.refund_late_money(capture_id=capture.pk, **casino.by)
    told.posts(lambda: casino.end_refund(refund, "process"))
    told.ends()


@pytest.mark.spec("C4")
def test_story_17_seen_and_final_seen_and_never_final(casino: Casino) -> None:
    told = story(casino, 17)
    seen = told.posts(lambda: casino.answer(casino.ask(2_500, method="paybybank"), Outcome.PENDING))
    told.posts(lambda: casino.proved(seen))
    never = told.posts(lambda: casino.answer(casino.ask(4_000, method="paybybank"), Outcome.PENDING))
    refused = PspResult(Outcome.DECLINED, decline_code="refused")
    told.posts(lambda: operations.finish_authorization(never.attempts.get().pk, refused, casino.now))
    told.ends()


@pytest.mark.spec("C21", "L12")
def test_story_18_a_direct_debit_is_returned(casino: Casino) -> None:
    told = story(casino, 18)
    capture = told.posts(lambda: casino.deposit(8_000))
    told.posts(lambda: casino.stake(5_000))
    told.posts(lambda: operations.return_deposit(capture_id=capture.pk, return_ref="1", occurred_at=casino.now, **casino.by))
    told.posts(lambda: casino.write_off(5_000, ref=capture.public_id, loss="write_off"))
    told.ends()


@pytest.mark.spec("R8")
def test_story_21_a_line_that_nobody_knew(casino: Casino) -> None:
    told = story(casino, 21)
    told.posts(lambda: casino.deposit(10_000))
    told.papers(2)
    told.other_player()
    told.posts(lambda: casino.deposit(5_000))
    told.papers()
    told.ends()


@pytest.mark.spec("C6", "R8")
def test_story_22_a_refund_made_in_the_psps_own_screens(casino: Casino) -> None:
    told = story(casino, 22)
    capture = told.posts(lambda: casino.played_of(casino.deposit(4_000), 1_500))
    found = {"amount_minor": 4_000, "occurred_at": casino.now, **casino.by}
    told.posts(lambda: operations.place_hold(
        kind=Hold.Kind.FOUND_REFUND, ref="psp-rf-1", player=casino.player, currency="EUR", **found))  # fmt: skip
    told.papers()
    told.posts(lambda: operations.adopt_refund(capture=capture, psp_refund_ref="psp-rf-1", **found))
    told.papers()
    told.ends()


@pytest.mark.spec("G2", "G4")
def test_story_24_cash_first_rolled_back_then_forfeited(casino: Casino) -> None:
    told = story(casino, 24)
    told.posts(lambda: casino.deposit(500))
    bonus = told.posts(lambda: casino.grant(2_000, wager_times=10))
    told.posts(lambda: casino.stake(800))
    told.posts(lambda: casino.roll_back())
    casino.player.brand.bonus_first = True  # the story's second stake is of bonus alone
    told.posts(lambda: casino.stake(1_000, "d2", "r2"))
    told.posts(lambda: casino.win(6_000, "c2", "r2"))
    told.posts(lambda: forfeit_bonus(bonus_id=bonus.pk, reason="terms", **casino.by))
    told.ends()


@pytest.mark.spec("G2", "G4")
def test_story_25_wagered_and_converted_with_a_cap(casino: Casino) -> None:
    told = story(casino, 25)
    told.posts(lambda: casino.grant(2_000, cap_minor=5_000))
    told.posts(lambda: casino.stake(2_000))
    told.posts(lambda: casino.win(9_000), blocks=2)
    told.ends()


@pytest.mark.spec("L12", "L16")
def test_story_27_correction_of_a_signed_day(casino: Casino) -> None:
    told = story(casino, 27)
    signed = casino.now.date()

    def posted_twice() -> None:
        """By mistake; a capture's key names it, so only another key can post it again."""
        casino.deposit(5_000)
        told.by_rule(captured(5_000))
        casino.stake(1_500)

    told.posts(posted_twice)
    second = JournalTransaction.objects.get(posting_key__startswith="story:")
    for day in (signed, signed + timedelta(days=1)):
        close_to_postings(entity_id=casino.entity.pk, day=day, actor=TESTER, now=casino.now)
    casino.now += timedelta(days=2)
    held = {"amount_minor": 5_000, "occurred_at": casino.now, **casino.by}
    told.posts(lambda: operations.place_hold(kind=Hold.Kind.CASE, ref="case_1", player=casino.player, currency="EUR", **held))
    posted = told.posts(lambda: casino.reverse(second, held_minor=5_000))
    assert (posted.business_date, posted.corrects_date) == (signed + timedelta(days=2), signed)
    told.papers_told += 1  # the mistake itself is one that the cashier's proofs name
    told.ends()
