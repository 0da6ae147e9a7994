"""A player's captures, refunds and payouts, booked as the cashier books them; reports and statements, posted as runs post them."""

from dataclasses import dataclass

from django.db import transaction

from cashier.models import Attempt, Capture, DepositIntent, Hold, Instrument, PayoutIntent, Player, PspCall, Refund
from cashier.operations import place_hold
from cashier.operations.bookings import book_deposit
from cashier.operations.freezing import freeze_deposit, freeze_payout
from ledger.actors import system_actor
from ledger.operations import Posting, post
from ledger.queries import get_balance, wallet_view
from tests.ledger.books import book, cr, dr
from tests.reconciliation.cases.papers import Papers
from tests.reconciliation.house import AT, House

TESTER = system_actor("tests")
STAMPS = {"created_at": AT, "updated_at": AT}
DONE = PspCall.CallState.DONE


@dataclass
class Records(Papers):
    """The house, its papers and its one player."""

    player: Player

    # --- what the player has ---

    def playable(self) -> int:
        return self._wallet("playable")

    def locked(self) -> int:
        return self._wallet("locked")

    def owed(self) -> int:
        return self._wallet("receivable")

    def balance(self, kind: str, holder: str = "") -> int:
        """Signed balance of a house account, debit positive."""
        return get_balance(self.house.entity.pk, kind, holder or self.house.merchant.public_id, "EUR")

    def play(self, amount_minor: int) -> None:
        """The player loses it."""
        book(
            self.house.entity,
            f"played:{amount_minor}",
            dr("playable", self.player.public_id, amount_minor),
            cr("gaming", self.house.entity.public_id, amount_minor),
        )

    # --- the cashier's rows ---

    def capture(self, amount_minor: int = 5000, *, fee_minor: int = 0, psp_ref: str = "psp-cap-1", is_late: bool = False) -> Capture:
        """A captured deposit: credited, or held as late money."""
        capture = self._capture(amount_minor, fee_minor, psp_ref)
        freeze_deposit(capture.intent, capture.attempt, moment="authorize", now=AT)
        with transaction.atomic():
            if is_late:
                self._book("deposit.late_money", capture, gross_minor=amount_minor)
                Hold.objects.create(
                    kind=Hold.Kind.LATE_MONEY,
                    ref=capture.public_id,
                    player=self.player,
                    entity=self.house.entity,
                    currency="EUR",
                    amount_minor=amount_minor,
                    **STAMPS,
                )
            else:
                self._book("deposit.captured", capture, gross_minor=amount_minor, player_fee_minor=fee_minor, seen_minor=0)
        return capture

    def refund(self, capture: Capture, amount_minor: int, *, state: str = "REFUND_PENDING") -> Refund:
        """A submitted refund: its money is locked."""
        refund = Refund.objects.create(
            capture=capture,
            merchant_account=capture.merchant_account,
            client_id="shop",
            refund_id="r1",
            amount_minor=amount_minor,
            currency="EUR",
            state=state,
            requested_by_kind="client",
            requested_by_id="shop",
            call_state=DONE,
            call_kind="refund",
            idempotency_key="r1",
            **STAMPS,
        )
        capture.refunding_minor = amount_minor
        capture.save(update_fields=["refunding_minor"])
        with transaction.atomic():
            book_deposit(
                "refund.submitted",
                intent=capture.intent,
                capture=capture,
                ref=refund.public_id,
                occurred_at=AT,
                actor=TESTER,
                now=AT,
                amount_minor=amount_minor,
            )
        return refund

    def payout(self, amount_minor: int, *, state: str = "SUBMITTED") -> PayoutIntent:
        """A payout that was sent: its money is locked, or, FAILED, was given back."""
        instrument = Instrument.objects.create(
            player=self.player,
            method="card",
            token="tok",
            state="VERIFIED",
            call_state=DONE,
            call_kind="verify",
            idempotency_key="ins",
            **STAMPS,
        )
        payout = PayoutIntent.objects.create(
            player=self.player,
            brand=self.house.brand,
            entity=self.house.entity,
            merchant_account=self.house.merchant,
            instrument=instrument,
            client_id="shop",
            currency="EUR",
            amount_minor=amount_minor,
            state=state,
            call_state=DONE,
            call_kind="payout",
            idempotency_key="po",
            **STAMPS,
        )
        freeze_payout(payout, moment="request", now=AT)
        source = {"player": self.player.public_id, "payout": payout.public_id, "asset": "EUR", "amount_minor": amount_minor}
        rules = ["PAYOUT_REQUESTED@1", *(["PAYOUT_FAILED@1"] if state == "FAILED" else [])]
        with transaction.atomic():
            for rule in rules:
                post(
                    Posting(rule, f"{rule}:{payout.public_id}", self.house.entity.pk, source, AT, player_id=self.player.public_id),
                    actor=TESTER,
                    now=AT,
                )
        return payout

    def hold(self, kind: str, ref: str, amount_minor: int) -> Hold | None:
        return place_hold(
            kind=kind, ref=ref, player=self.player, currency="EUR", amount_minor=amount_minor, occurred_at=AT, actor=TESTER, now=AT
        )

    def _wallet(self, kind: str) -> int:
        wallet = wallet_view(self.player.public_id).get("EUR")
        return int(getattr(wallet, kind)) if wallet else 0

    def _capture(self, amount_minor: int, fee_minor: int, psp_ref: str) -> Capture:
        intent = DepositIntent.objects.create(
            player=self.player,
            brand=self.house.brand,
            entity=self.house.entity,
            merchant_account=self.house.merchant,
            client_id="shop",
            method="card",
            currency="EUR",
            amount_minor=amount_minor - fee_minor,
            gross_minor=amount_minor,
            player_fee_minor=fee_minor,
            captured_minor=amount_minor,
            state="CAPTURED",
            expires_at=AT,
            **STAMPS,
        )
        attempt = Attempt.objects.create(
            intent=intent,
            merchant_account=self.house.merchant,
            number=1,
            payment_token="tok",
            amount_minor=amount_minor,
            currency="EUR",
            capture_mode="auto",
            psp_ref=f"psp-{psp_ref}",
            outcome="CAPTURED",
            call_state=DONE,
            call_kind="authorize",
            idempotency_key=f"a:{psp_ref}",
            **STAMPS,
        )
        return Capture.objects.create(
            intent=intent,
            attempt=attempt,
            merchant_account=self.house.merchant,
            amount_minor=amount_minor,
            player_fee_minor=fee_minor,
            currency="EUR",
            state="SUCCEEDED",
            psp_ref=psp_ref,
            captured_at=AT,
            call_state=DONE,
            call_kind="capture",
            idempotency_key=f"c:{psp_ref}",
            **STAMPS,
        )

    def _book(self, event: str, capture: Capture, **numbers: int) -> None:
        book_deposit(event, intent=capture.intent, capture=capture, occurred_at=AT, actor=TESTER, now=AT, **numbers)


def make_records(house: House) -> Records:
    player = Player.objects.create(brand=house.brand, external_id="p1", country="MT", currency="EUR", kyc_status="approved", **STAMPS)
    return Records(house, player)
