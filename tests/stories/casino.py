"""Acts of a day at a casino, each through the operation that does it in service; what the PSP would answer is said by the test.

Amounts are EUR minor units. Each act gives what it made.
"""

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cashier import operations
from cashier.bonuses.grants import Grant, grant_bonus
from cashier.games.operations import Moved, RoundCall, credit_round, debit_round, rollback_round
from cashier.models import Bonus, Brand, Capture, DepositIntent, Instrument, PayoutIntent, Player, Refund
from cashier.operations import AuthorizeOrder, IntentRequest, RefundEnd, RefundOrder, payouts
from cashier.psp.base import Outcome, PspResult
from disputes.models import Dispute
from disputes.operations import Notice, credit_dispute, debit_dispute, open_dispute, open_inquiry, win_dispute
from ledger.actors import Actor, client_actor, user_actor
from ledger.models import JournalTransaction, LegalEntity, User
from ledger.operations import decide, propose_adjustment, propose_reversal, propose_write_off
from ledger.transitions import record_birth
from tests.cashier.world import make_account, make_player
from tests.house import make_instrument
from tests.ledger.cast import APPROVES, make_person

SHOP = client_actor("shop")
_numbers = itertools.count(1)


@dataclass
class Casino:
    """One entity, brand, merchant account, player with an instrument; Ada proposes, Ben decides."""

    entity: LegalEntity
    brand: Brand
    account: Any
    player: Player
    instrument: Instrument
    ada: User
    ben: User
    now: datetime
    story: str = field(default_factory=lambda: str(next(_numbers)))

    @property
    def by(self) -> dict[str, Any]:
        return {"actor": SHOP, "now": self.now}

    def another_player(self) -> Player:
        """From here on another player acts."""
        self.player = make_player(self.brand, self.now)
        self.instrument = verified(self.player, self.now)
        return self.player

    # --- deposits ---

    def ask(self, amount_minor: int, *, method: str = "card") -> DepositIntent:
        request = IntentRequest(self.player, amount_minor, "EUR", method, "MT", {}, "shop")
        return operations.create_intent(request=request, **self.by)

    def answer(self, intent: DepositIntent, outcome: Outcome, amount_minor: int = 0, *, capture: str = "auto") -> DepositIntent:
        """The intent is authorised, and the PSP answers so."""
        order = AuthorizeOrder(payment_token=f"tok~{next(_numbers)}", capture=capture)
        attempt = operations.begin_authorization(intent_id=intent.pk, order=order, **self.by)
        ref = f"psp{next(_numbers)}"
        told = PspResult(outcome, ref, f"{ref}c", amount_minor or intent.gross_minor, "EUR", occurred_at=self.now)
        operations.finish_authorization(attempt.pk, told, self.now)
        return DepositIntent.objects.get(pk=intent.pk)

    def deposit(self, amount_minor: int, *, method: str = "card") -> Capture:
        """Asked for, authorised and captured."""
        intent = self.answer(self.ask(amount_minor, method=method), Outcome.CAPTURED)
        return intent.captures.get()

    def proved(self, intent: DepositIntent) -> Capture:
        """The PSP states, asked, that it has captured the payment."""
        attempt = intent.attempts.get()
        proof = operations.CaptureProof(f"{attempt.psp_ref}c", attempt.amount_minor, "EUR", self.now)
        return operations.credit_capture(intent=intent, attempt=attempt, proof=proof, **self.by)[1]

    # --- refunds ---

    def refund(self, capture: Capture, amount_minor: int) -> Refund:
        order = RefundOrder(f"r{next(_numbers)}", amount_minor, "shop")
        return operations.submit_refund(capture_id=capture.pk, order=order, **self.by)

    def end_refund(self, refund: Refund, how: str) -> bool:
        """how: process, fail, reverse."""
        act = {"process": operations.process_refund, "fail": operations.fail_refund, "reverse": operations.reverse_refund}[how]
        return act(refund_id=refund.pk, end=RefundEnd(f"psp-{refund.public_id}", self.now), **self.by)

    # --- payouts ---

    def payout(self, amount_minor: int, *, fee_model: str = "operator") -> PayoutIntent:
        return payouts.request_payout(
            player=self.player, instrument_id=self.instrument.pk, amount_minor=amount_minor, currency="EUR", fee_model=fee_model,
            client_id="shop", **self.by,
        )  # fmt: skip

    def send(self, payout: PayoutIntent) -> None:
        payouts.begin_payout_submission(payout_id=payout.pk, now=self.now)
        payouts.finish_payout_submission(payout.pk, PspResult(Outcome.SUBMITTED, f"psp-{payout.public_id}"), self.now)

    def end_payout(self, payout: PayoutIntent, how: str) -> None:
        """how: settle, fail, cancel."""
        if how == "cancel":
            payouts.cancel_payout(payout_id=payout.pk, reason="asked", **self.by)
        else:
            act = {"settle": payouts.settle_payout, "fail": payouts.fail_payout}[how]
            act(payout_id=payout.pk, occurred_at=self.now, **self.by)

    def return_payout(self, payout: PayoutIntent, returned_minor: int) -> None:
        payouts.return_payout(payout_id=payout.pk, return_ref="1", returned_minor=returned_minor, occurred_at=self.now, **self.by)

    # --- disputes ---

    def notice(self, capture: Capture, *, movement: int = 1, amount_minor: int | None = None) -> Notice:
        return Notice(
            merchant_account=self.account, capture_id=capture.pk, provider_case_id=f"dsp-{capture.public_id}",
            amount_minor=capture.amount_minor if amount_minor is None else amount_minor, currency="EUR", occurred_at=self.now,
            told_by="webhook", movement=movement, scheme="visa", reason_code="10.4", answer_by=self.now + timedelta(days=14),
        )  # fmt: skip

    def chargeback(self, act: str, capture: Capture, *, movement: int = 1) -> Dispute:
        """act: inquire, open, debit, credit."""
        acts = {"inquire": open_inquiry, "open": open_dispute, "debit": debit_dispute, "credit": credit_dispute}
        return acts[act](self.notice(capture, movement=movement), **self.by)

    def win_dispute(self, dispute: Dispute) -> Dispute:
        return win_dispute(**self.ending(dispute))

    def ending(self, dispute: Dispute) -> dict[str, Any]:
        return {"dispute_id": dispute.pk, "occurred_at": self.now, "told_by": "webhook", **self.by}

    # --- games and bonuses ---

    def call(self, amount_minor: int, ref: str, round_id: str) -> RoundCall:
        return RoundCall(self.player, f"{self.story}:{round_id}", "EUR", amount_minor, f"{self.story}:{ref}", "shop")

    def stake(self, amount_minor: int, ref: str = "d1", round_id: str = "r1") -> Moved:
        return debit_round(self.call(amount_minor, ref, round_id), **self.by)

    def played_of(self, capture: Capture, amount_minor: int) -> Capture:
        """The player has staked so much of a deposit; gives the deposit's capture."""
        self.stake(amount_minor)
        return capture

    def win(self, amount_minor: int, ref: str = "c1", round_id: str = "r1") -> Moved:
        return credit_round(self.call(amount_minor, ref, round_id), **self.by)

    def roll_back(self, ref: str = "d1", round_id: str = "r1") -> Moved:
        return rollback_round(self.call(0, ref, round_id), **self.by)

    def grant(self, amount_minor: int, **terms: Any) -> Bonus:
        facts = {"kind": "amount", "currency": "EUR", "term": timedelta(days=7), "amount_minor": amount_minor, "wager_times": 1, **terms}
        return grant_bonus(player=self.player, grant=Grant(**facts), grant_ref=f"g{next(_numbers)}", **self.by)

    # --- people ---

    def adjust(self, amount_minor: int, direction: str) -> JournalTransaction:
        """Ada asks, Ben agrees."""
        asked = propose_adjustment(
            entity_id=self.entity.pk, player_id=self.player.public_id, asset="EUR", amount_minor=amount_minor, direction=direction,
            reason="by hand", maker=self.maker, now=self.now,
        )  # fmt: skip
        return self.agreed(asked.pk, asked.public_id)

    def write_off(self, amount_minor: int, *, ref: str, loss: str) -> JournalTransaction:
        asked = propose_write_off(
            entity_id=self.entity.pk, what="receivable", holder=self.player.public_id, asset="EUR", amount_minor=amount_minor,
            reason="nobody pays", ref=ref, loss=loss, maker=self.maker, now=self.now,
        )  # fmt: skip
        return self.agreed(asked.pk, asked.public_id)

    def reverse(self, posted: JournalTransaction, *, held_minor: int = 0) -> JournalTransaction:
        asked = propose_reversal(transaction_id=posted.pk, held_minor=held_minor, reason="wrong", maker=self.maker, now=self.now)
        return self.agreed(asked.pk, asked.public_id)

    @property
    def maker(self) -> Actor:
        return user_actor(self.ada)

    def agreed(self, request_id: Any, public_id: str) -> JournalTransaction:
        decide(request_id=request_id, approve=True, checker=self.ben, reason="", now=self.now)
        return JournalTransaction.objects.get(posting_key=f"approval:{public_id}")


def make_casino(now: datetime) -> Casino:
    """Payouts need no review below 10,000.00; no rail is called, for the PSP's answers are said."""
    from cashier.models import PayoutPolicy

    entity = LegalEntity.objects.create(code="MT1", name="Countroom Malta", zone="Europe/Malta")
    brand = Brand.objects.create(code="lucky", name="Lucky", entity=entity)
    account = make_account("SANDBOX_EU", entity, brand, base_url="http://127.0.0.1:9")
    much = dict.fromkeys(("review_above_minor", "review_week_above_minor", "second_review_above_minor"), 1_000_000)
    PayoutPolicy.objects.create(brand=brand, currency="EUR", player_fee_minor=200, **much)
    player = make_player(brand, now)
    return Casino(
        entity, brand, account, player, verified(player, now), make_person("ada"), make_person("ben", *APPROVES), now
    )  # fmt: skip


def verified(player: Player, now: datetime) -> Instrument:
    instrument = make_instrument(player, now)
    record_birth(instrument, actor=SHOP, now=now, event="instrument.verified")
    return instrument
