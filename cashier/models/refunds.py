"""Refunds of captures, and holds: money of a player that waits in `locked` for a decision (C2, C6)."""

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField, MinorUnitsField
from cashier.models.psp_calls import PspCall
from cashier.models.stamped import Stamped
from ledger.models.base import PublicIdModel
from ledger.models.state_field import StateField

OPEN_CALL = models.Q(call_state__in=PspCall.OPEN_CALLS)


class RefundState(models.TextChoices):
    REFUND_SUBMITTED = "REFUND_SUBMITTED"
    REFUND_PENDING = "REFUND_PENDING"
    REFUND_PROCESSED = "REFUND_PROCESSED"
    REFUND_REVERSED = "REFUND_REVERSED"
    REFUND_FAILED = "REFUND_FAILED"


R = RefundState


class Refund(FSMModelMixin, PublicIdModel, PspCall, Stamped):
    """One refund of one capture. `refund_id` is the caller's own reference, unique per client.

    `source` says what pays it: the player's playable money, held late money, the house, or a refund found at the PSP.
    """

    PREFIX = "rf_"
    State = RefundState
    OPEN_STATES = (R.REFUND_SUBMITTED, R.REFUND_PENDING)

    class Source(models.TextChoices):
        PLAYABLE = "playable"
        LATE = "late"
        HOUSE = "house"
        FOUND = "found"

    capture = models.ForeignKey("cashier.Capture", on_delete=models.PROTECT, related_name="refunds")
    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.PROTECT, related_name="refunds")
    client_id = CodeField(max_length=255)
    refund_id = CodeField(max_length=128)
    amount_minor = MinorUnitsField()
    fee_returned_minor = MinorUnitsField(default=0)
    currency = CodeField(max_length=16)
    source = CodeField(max_length=16, choices=Source.choices, default=Source.PLAYABLE)
    state = StateField(max_length=20, choices=RefundState.choices, default=RefundState.REFUND_SUBMITTED, protected=True)
    psp_ref = CodeField(max_length=80, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    requested_by_kind = CodeField(max_length=16)
    requested_by_id = CodeField(max_length=255)
    decline_code = CodeField(blank=True)
    processed_at = models.DateTimeField(null=True)
    retries = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="retried_by")
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client_id", "refund_id"], name="cashier_refund_id_per_client"),
            models.UniqueConstraint(fields=["merchant_account", "psp_ref"], condition=~models.Q(psp_ref=""), name="cashier_refund_psp_ref"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="cashier_refund_positive"),
        ]
        indexes = [models.Index(fields=["next_try_at"], name="cashier_refund_due", condition=OPEN_CALL)]
        permissions = [("refund_capture", "Can refund captures by hand")]

    def __str__(self) -> str:
        return self.public_id

    @transition("state", source=R.REFUND_SUBMITTED, target=R.REFUND_PENDING)
    def pend(self) -> None:
        """refund.pending"""

    @transition("state", source=[R.REFUND_SUBMITTED, R.REFUND_PENDING], target=R.REFUND_PROCESSED)
    def process(self) -> None:
        """refund.processed"""

    @transition("state", source=[R.REFUND_SUBMITTED, R.REFUND_PENDING], target=R.REFUND_FAILED)
    def fail(self, *, decline_code: str = "") -> None:
        """refund.failed"""
        self.decline_code = decline_code

    @transition("state", source=R.REFUND_PROCESSED, target=R.REFUND_REVERSED)
    def reverse(self) -> None:
        """refund.reversed"""


class Hold(FSMModelMixin, PublicIdModel, Stamped):
    """Money moved to `locked` that no refund or payout owns: late money, a refund found at the PSP, the hold of a case.

    `ref` names what it waits for (capture, PSP refund reference, case or dispute id); one hold per kind and ref.
    """

    PREFIX = "hd_"

    class Kind(models.TextChoices):
        LATE_MONEY = "LATE_MONEY"
        FOUND_REFUND = "FOUND_REFUND"
        CASE = "CASE"

    class State(models.TextChoices):
        HELD = "HELD"
        RELEASED = "RELEASED"
        TAKEN = "TAKEN"

    kind = CodeField(max_length=16, choices=Kind.choices)
    ref = CodeField(max_length=120)
    player = models.ForeignKey("cashier.Player", on_delete=models.PROTECT, related_name="holds")
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="holds")
    currency = CodeField(max_length=16)
    amount_minor = MinorUnitsField()
    state = StateField(max_length=12, choices=State.choices, default=State.HELD, protected=True)
    ended_by = CodeField(max_length=120, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "ref"], name="cashier_hold_once")]
        indexes = [models.Index(fields=["player", "currency"], name="cashier_hold_open", condition=models.Q(state="HELD"))]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"

    @transition("state", source=State.HELD, target=State.RELEASED)
    def release(self, *, ended_by: str) -> None:
        """hold.released: back to playable."""
        self.ended_by = ended_by

    @transition("state", source=State.HELD, target=State.TAKEN)
    def take(self, *, ended_by: str) -> None:
        """hold.taken: the money left the player."""
        self.ended_by = ended_by
