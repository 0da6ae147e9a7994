"""Any acts in any order and repetition, each through its own operation: every proof stays true, and replay is the journal.

What an operation refuses changes nothing. Proofs run over all checks of `ledger_prove`, upper floors' included (L1, L9, L10).
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from cashier import operations
from cashier.bonuses.endings import convert_bonus, expire_bonus, forfeit_bonus
from cashier.models import Bonus, Capture, PayoutIntent, Player, Refund
from cashier.psp.base import Outcome
from disputes import operations as disputing
from disputes.models import Dispute
from ledger.models import JournalTransaction
from ledger.operations import post_many
from ledger.proofs import prove_ledger, replay_journal
from ledger.queries import trial_balance
from ledger.refusals import LedgerError, Refused
from tests.ledger.books import TESTER, cr, dr, posting
from tests.stories.casino import Casino

pytestmark = pytest.mark.whole

AMOUNTS = st.integers(1, 5_000)
PLACES = st.sampled_from(["r1", "r2"])
REFUSALS = (Refused, LedgerError, TransitionNotAllowed, ValueError)
PROVED_EVERY = 10


class Day(RuleBasedStateMachine):
    """One player's and another's day. `casino` is set by the test; all that an example posts is rolled back after it."""

    casino: Casino
    captures: Bundle[Capture] = Bundle("captures")
    refunds: Bundle[Refund] = Bundle("refunds")
    payouts: Bundle[PayoutIntent] = Bundle("payouts")
    disputes: Bundle[Dispute] = Bundle("disputes")
    bonuses: Bundle[Bonus] = Bundle("bonuses")
    adjustments: Bundle[JournalTransaction] = Bundle("adjustments")

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.steps = 0
        self.players = [(self.casino.player, self.casino.instrument)]

    def teardown(self) -> None:
        try:
            require_proved()
        finally:
            self.casino.player, self.casino.instrument = self.players[0]
            transaction.savepoint_rollback(self.savepoint)

    def do(self, act: Callable[..., Any], *args: Any, **facts: Any) -> Any:
        """An act as a whole, or nothing of it."""
        try:
            with transaction.atomic():
                return act(*args, **facts)
        except REFUSALS:
            return multiple()

    # --- deposits and refunds ---

    @rule(target=captures, amount=AMOUNTS)
    def deposit(self, amount: int) -> Any:
        return self.do(self.casino.deposit, amount)

    @rule(target=captures, amount=AMOUNTS, seen=st.booleans())
    def deposit_that_waits(self, amount: int, seen: bool) -> Any:
        """Pending for ever, or proved by asking."""
        return self.do(self.answered, Outcome.PENDING, amount, "paybybank", proved=seen)

    @rule(target=captures, amount=AMOUNTS)
    def deposit_that_comes_late(self, amount: int) -> Any:
        """Failed, and captured all the same: it waits in locked, or goes where the brand's policy says."""
        return self.do(self.answered, Outcome.DECLINED, amount, "card", proved=True)

    def answered(self, outcome: Outcome, amount: int, method: str, *, proved: bool) -> Any:
        intent = self.casino.answer(self.casino.ask(amount, method=method), outcome)
        return self.casino.proved(intent) if proved else multiple()

    @rule(capture=captures, how=st.sampled_from(["fail", "return", "credit late", "refund late"]))
    def take_back(self, capture: Capture, how: str) -> None:
        facts: dict[str, Any] = {"capture_id": capture.pk, **self.casino.by}
        match how:
            case "fail":
                self.do(operations.fail_capture_late, occurred_at=self.casino.now, **facts)
            case "return":
                self.do(operations.return_deposit, return_ref="1", occurred_at=self.casino.now, **facts)
            case "credit late":
                self.do(operations.credit_late_money, **facts)
            case _:
                self.do(operations.refund_late_money, **facts)

    @rule(target=refunds, capture=captures, amount=AMOUNTS, whole=st.booleans())
    def refund(self, capture: Capture, amount: int, whole: bool) -> Any:
        return self.do(self.casino.refund, capture, int(capture.amount_minor) if whole else amount)

    @rule(refund=refunds, how=st.sampled_from(["process", "fail", "reverse"]))
    def end_refund(self, refund: Refund, how: str) -> None:
        self.do(self.casino.end_refund, refund, how)

    # --- payouts ---

    @rule(target=payouts, amount=AMOUNTS, with_fee=st.booleans(), sent=st.booleans())
    def payout(self, amount: int, with_fee: bool, sent: bool) -> Any:
        made = self.do(self.casino.payout, amount, fee_model="player_taken_off" if with_fee else "operator")
        if sent and isinstance(made, PayoutIntent):
            self.do(self.casino.send, made)
        return made

    @rule(payout=payouts, how=st.sampled_from(["settle", "fail", "cancel", "send"]))
    def end_payout(self, payout: PayoutIntent, how: str) -> None:
        self.do(self.casino.send, payout) if how == "send" else self.do(self.casino.end_payout, payout, how)

    @rule(payout=payouts, kept=st.integers(0, 300))
    def return_payout(self, payout: PayoutIntent, kept: int) -> None:
        self.do(self.casino.return_payout, payout, int(payout.amount_minor - payout.player_fee_minor) - kept)

    # --- disputes ---

    @rule(target=disputes, capture=captures, movement=st.integers(1, 2), how=st.sampled_from(["inquire", "open", "debit", "credit"]))
    def dispute(self, capture: Capture, movement: int, how: str) -> Any:
        return self.do(self.casino.chargeback, how, capture, movement=movement)

    @rule(dispute=disputes, how=st.sampled_from(["win", "lose", "withdraw", "auto refund", "close"]))
    def end_dispute(self, dispute: Dispute, how: str) -> None:
        ending = self.casino.ending(dispute)
        acts: dict[str, Callable[..., Any]] = {
            "win": disputing.win_dispute, "withdraw": disputing.withdraw_dispute, "auto refund": disputing.auto_refund_dispute,
            "close": disputing.close_inquiry,
        }  # fmt: skip
        if how == "lose":
            self.do(disputing.lose_dispute, **{name: fact for name, fact in ending.items() if name != "told_by"})
        else:
            self.do(acts[how], **ending)

    # --- games and bonuses ---

    @rule(amount=AMOUNTS, ref=st.sampled_from(["a", "b", "c"]), place=PLACES, kind=st.sampled_from(["stake", "win", "roll back"]))
    def play(self, amount: int, ref: str, place: str, kind: str) -> None:
        match kind:
            case "stake":
                self.do(self.casino.stake, amount, ref, place)
            case "win":
                self.do(self.casino.win, amount, ref, place)
            case _:
                self.do(self.casino.roll_back, ref, place)

    @rule(target=bonuses, amount=AMOUNTS, times=st.integers(0, 2), cap=st.sampled_from([None, 700]))
    def grant(self, amount: int, times: int, cap: int | None) -> Any:
        return self.do(self.casino.grant, amount, wager_times=times, cap_minor=cap)

    @rule(bonus=bonuses, how=st.sampled_from(["convert", "forfeit", "expire"]))
    def end_bonus(self, bonus: Bonus, how: str) -> None:
        if how == "forfeit":
            self.do(forfeit_bonus, bonus_id=bonus.pk, reason="terms", **self.casino.by)
        else:
            self.do({"convert": convert_bonus, "expire": expire_bonus}[how], bonus_id=bonus.pk, **self.casino.by)

    # --- people, batches, who acts ---

    @rule(target=adjustments, amount=AMOUNTS, direction=st.sampled_from(["credit", "debit"]))
    def adjust(self, amount: int, direction: str) -> Any:
        return self.do(self.casino.adjust, amount, direction)

    @rule(posted=adjustments)
    def reverse(self, posted: JournalTransaction) -> None:
        self.do(self.casino.reverse, posted)

    @rule(amounts=st.lists(AMOUNTS, min_size=1, max_size=4), first=st.integers(0, 3))
    def batch(self, amounts: list[int], first: int) -> None:
        """Many at once; those whose key was posted before must say the same, or the batch is refused whole."""
        lines = [(dr("bank", "ba_start", amount), cr("outside", self.casino.entity.public_id, amount)) for amount in amounts]
        batch = [posting(self.casino.entity, f"batch:{first + place}", *pair) for place, pair in enumerate(lines)]
        self.do(post_many, batch, actor=TESTER, now=self.casino.now)

    @rule(status=st.sampled_from(["self_exclude", "block", "another"]))
    def change_who_acts(self, status: str) -> None:
        """Another player comes; or this one may not be credited any more."""
        if status == "another":
            player = self.casino.another_player()
            self.players.append((player, self.casino.instrument))
        else:
            self.do(change_status, self.casino, status)

    @invariant()
    def the_books_balance(self) -> None:
        self.steps += 1
        assert sum(row.balance_minor for row in trial_balance(self.casino.entity.pk)) == 0
        if self.steps % PROVED_EVERY == 0:
            require_proved()


def change_status(casino: Casino, status: str) -> None:
    from ledger.transitions import move

    move(Player.objects.get(pk=casino.player.pk), status, actor=TESTER, now=casino.now)
    casino.player = Player.objects.select_related("brand").get(pk=casino.player.pk)


def require_proved() -> None:
    assert {check.name: check.differences for check in prove_ledger().checks if not check.ok} == {}
    assert replay_journal().ok


@pytest.mark.django_db
@pytest.mark.spec("L1", "L3", "L6", "L9", "L10", "L14", "C2", "P1", "X5", "G2", "G4")
def test_any_day_keeps_every_proof_true(casino: Casino) -> None:
    Day.casino = casino
    chosen = settings(
        max_examples=8, stateful_step_count=20, deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )  # fmt: skip
    run_state_machine_as_test(Day, settings=chosen)
