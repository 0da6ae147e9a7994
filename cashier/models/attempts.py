"""What was tried at a PSP for a deposit: attempts, captures, voids (C5, C8, C13)."""

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField, MinorUnitsField
from cashier.models.payers import PayerState
from cashier.models.psp_calls import PspCall
from cashier.models.stamped import Stamped
from ledger.models.base import PublicIdModel
from ledger.models.state_field import StateField

OPEN_CALL = models.Q(call_state__in=PspCall.OPEN_CALLS)


class Attempt(PublicIdModel, PspCall, Stamped):
    """One authorisation tried at one merchant account. `outcome` is the PSP's word (cashier.psp.base.Outcome), empty until known.

    3-DS data (eci, cavv, ds_trans_id, three_ds_version) and check results (avs, cvv codes, never a CVV) are what the PSP
    stated; `device` is what the player's browser told, sent on with the call. `card` is what the caller knows of the card
    ({"scheme", "type", "bin"}, never its number); `card_key` names the card across PSPs without being it; `has_challenge`: we asked for
    a challenge; `is_challenged`: the player was sent to one, of a card; `advice` is the scheme's word on trying again (C11). `payer`: what
    came of who paid (K10), empty where its rail named nobody.
    """

    PREFIX = "att_"

    intent = models.ForeignKey("cashier.DepositIntent", on_delete=models.PROTECT, related_name="attempts")
    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.PROTECT, related_name="attempts")
    instrument = models.ForeignKey("cashier.Instrument", null=True, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    payment_token = CodeField(max_length=200)
    amount_minor = MinorUnitsField()
    currency = CodeField(max_length=16)
    capture_mode = CodeField(max_length=8)
    device = models.JSONField(default=dict)
    card = models.JSONField(default=dict)
    card_key = CodeField(max_length=64, blank=True)
    risk_band = CodeField(max_length=16, blank=True)
    has_challenge = models.BooleanField(default=False)
    is_challenged = models.BooleanField(default=False)
    advice = CodeField(max_length=8, blank=True)
    payer = CodeField(max_length=16, choices=PayerState.choices, blank=True)
    psp_ref = CodeField(max_length=80, blank=True)
    outcome = CodeField(max_length=16, blank=True)
    decline_code = CodeField(blank=True)
    decline_retry = CodeField(max_length=16, blank=True)
    eci = CodeField(max_length=4, blank=True)
    cavv = CodeField(max_length=80, blank=True)
    ds_trans_id = CodeField(max_length=80, blank=True)
    three_ds_version = CodeField(max_length=16, blank=True)
    avs = CodeField(max_length=4, blank=True)
    cvv = CodeField(max_length=4, blank=True)
    answer = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True)  # when it can no longer take money: captured, failed, voided
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["intent", "number"], name="cashier_attempt_number"),
            models.UniqueConstraint(fields=["intent"], condition=OPEN_CALL, name="cashier_one_open_attempt"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="cashier_attempt_due", condition=OPEN_CALL),
            models.Index(fields=["merchant_account", "psp_ref"], name="cashier_attempt_psp_ref"),
            models.Index(fields=["card_key", "created_at"], name="cashier_attempt_by_card", condition=~models.Q(card_key="")),
            models.Index(fields=["created_at"], name="cashier_attempt_by_time", include=["merchant_account", "outcome"]),
            # How an account fares is read from this index alone.
            models.Index(
                fields=["sent_at"],
                name="cashier_attempt_sent",
                include=["merchant_account", "answered_at", "outcome", "decline_code"],
            ),
            # And its 3-DS from this one.
            models.Index(
                fields=["sent_at"],
                name="cashier_attempt_3ds",
                include=["merchant_account", "outcome", "is_challenged", "ended_at", "id"],
                condition=~models.Q(three_ds_version="") | models.Q(is_challenged=True),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Capture(FSMModelMixin, PublicIdModel, PspCall, Stamped):
    """Money taken, or being taken, for an intent. `psp_ref` is the PSP's own capture id.

    amount_minor is gross; player_fee_minor the part of it that is our fee. `is_late`: it went to `locked` (C2, last sentence).
    """

    PREFIX = "cap_"

    class State(models.TextChoices):
        SUBMITTED = "SUBMITTED"
        SUCCEEDED = "SUCCEEDED"
        REFUSED = "REFUSED"
        FAILED_LATE = "FAILED_LATE"
        RETURNED = "RETURNED"

    intent = models.ForeignKey("cashier.DepositIntent", on_delete=models.PROTECT, related_name="captures")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="captures")
    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.PROTECT, related_name="captures")
    amount_minor = MinorUnitsField()
    player_fee_minor = MinorUnitsField(default=0)
    currency = CodeField(max_length=16)
    state = StateField(max_length=16, choices=State.choices, default=State.SUBMITTED, protected=True)
    psp_ref = CodeField(max_length=80, blank=True)
    is_seen = models.BooleanField(default=False)  # deposit.seen is posted and not yet answered
    is_late = models.BooleanField(default=False)
    refunded_minor = MinorUnitsField(default=0)
    refunding_minor = MinorUnitsField(default=0)  # submitted, not ended
    disputed_minor = MinorUnitsField(default=0)
    returned_minor = MinorUnitsField(default=0)
    captured_at = models.DateTimeField(null=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_account", "psp_ref"], condition=~models.Q(psp_ref=""), name="cashier_capture_psp_ref"
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="cashier_capture_positive"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="cashier_capture_due", condition=OPEN_CALL),
            models.Index(fields=["merchant_account", "captured_at"], name="cashier_capture_by_account"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def refundable_minor(self) -> int:
        """What is left of it: less refunds done and pending, disputed and returned money (C6)."""
        return int(self.amount_minor - self.refunded_minor - self.refunding_minor - self.disputed_minor - self.returned_minor)

    @transition("state", source=State.SUBMITTED, target=State.SUCCEEDED)
    def succeed(self) -> None:
        """deposit.captured"""

    @transition("state", source=State.SUBMITTED, target=State.REFUSED)
    def refuse(self) -> None:
        """deposit.capture_refused"""

    @transition("state", source=State.REFUSED, target=State.SUCCEEDED)
    def succeed_late(self) -> None:
        """deposit.late_money: the PSP captured what we held as refused or unseen."""

    @transition("state", source=State.SUCCEEDED, target=State.FAILED_LATE)
    def fail_late(self) -> None:
        """deposit.capture_failed"""

    @transition("state", source=State.SUCCEEDED, target=State.RETURNED)
    def be_returned(self) -> None:
        """deposit.returned"""


class Void(PublicIdModel, PspCall, Stamped):
    """An authorisation given back, whole or the rest of it. `reason`: gate_closed, caller, rest, expired."""

    PREFIX = "vd_"

    class Outcome(models.TextChoices):
        VOIDED = "VOIDED"
        REFUSED = "REFUSED"

    intent = models.ForeignKey("cashier.DepositIntent", on_delete=models.PROTECT, related_name="voids")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="voids")
    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.PROTECT, related_name="voids")
    outcome = CodeField(max_length=8, choices=Outcome.choices, blank=True)
    reason = CodeField(max_length=32)
    asked_by_kind = CodeField(max_length=16)
    asked_by_id = CodeField(max_length=255)
    history = HistoricalRecords()

    class Meta:
        indexes = [models.Index(fields=["next_try_at"], name="cashier_void_due", condition=OPEN_CALL)]

    def __str__(self) -> str:
        return self.public_id
