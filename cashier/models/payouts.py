"""The payout intent, one leg of a request (P1), and its state graph.

REQUESTED ─ review ─> UNDER_REVIEW
REQUESTED, UNDER_REVIEW ─ approve ─> APPROVED ─ submit ─> SUBMITTED ─ settle ─> SETTLED ─ return_funds ─> RETURNED
APPROVED ─ review ─> UNDER_REVIEW: a gate asks for a person before it is sent, of what nobody has said yes to
REQUESTED, UNDER_REVIEW, APPROVED ─ reject | cancel ─> REJECTED | CANCELED
APPROVED, SUBMITTED ─ fail ─> FAILED
FAILED, CANCELED, REJECTED ─ psp_paid_late ─> SETTLED
"""

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField, MinorUnitsField
from cashier.models.psp_calls import PspCall
from cashier.models.stamped import Stamped
from ledger.models.base import PublicIdModel
from ledger.models.state_field import StateField

OPEN_CALL = models.Q(call_state__in=PspCall.OPEN_CALLS)


class PayoutState(models.TextChoices):
    REQUESTED = "REQUESTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    APPROVED = "APPROVED"
    SUBMITTED = "SUBMITTED"
    SETTLED = "SETTLED"
    REJECTED = "REJECTED"
    CANCELED = "CANCELED"
    FAILED = "FAILED"
    RETURNED = "RETURNED"


P = PayoutState


class PayoutIntent(FSMModelMixin, PublicIdModel, PspCall, Stamped):
    """amount_minor leaves the player's wallet; amount less player_fee_minor reaches the destination.

    Until APPROVED there is no call to make: call_state stays DONE with an empty next_try_at, and becomes READY at submission.
    `gates`: the record of each gate before approval and before submission, with inputs and result (P3).
    """

    PREFIX = "po_"
    State = PayoutState
    LOCKING_STATES = (P.REQUESTED, P.UNDER_REVIEW, P.APPROVED, P.SUBMITTED)

    player = models.ForeignKey("cashier.Player", on_delete=models.PROTECT, related_name="payouts")
    brand = models.ForeignKey("cashier.Brand", on_delete=models.PROTECT, related_name="payouts")
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="payouts")
    merchant_account = models.ForeignKey("cashier.MerchantAccount", null=True, on_delete=models.PROTECT, related_name="payouts")
    instrument = models.ForeignKey("cashier.Instrument", on_delete=models.PROTECT, related_name="payouts")
    client_id = CodeField(max_length=255)
    group_id = models.UUIDField(null=True)
    currency = CodeField(max_length=16)
    amount_minor = MinorUnitsField()
    fee_model = CodeField(max_length=20, default="operator")
    player_fee_minor = MinorUnitsField(default=0)
    returned_minor = MinorUnitsField(default=0)
    metadata = models.JSONField(default=dict)
    state = StateField(max_length=16, choices=PayoutState.choices, default=PayoutState.REQUESTED, protected=True)
    psp_ref = CodeField(max_length=80, blank=True)
    decline_code = CodeField(blank=True)
    reason = models.CharField(max_length=300, blank=True)
    gates = models.JSONField(default=list)
    approval_id = CodeField(blank=True)
    settled_at = models.DateTimeField(null=True)
    retries = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="retried_by")
    history = HistoricalRecords()

    class Meta:
        db_table = "cashier_payout_intent"
        constraints = [
            models.UniqueConstraint(fields=["merchant_account", "psp_ref"], condition=~models.Q(psp_ref=""), name="cashier_payout_psp_ref"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="cashier_payout_positive"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="cashier_payout_due", condition=OPEN_CALL),
            models.Index(fields=["player", "-created_at"], name="cashier_payout_by_player"),
        ]
        permissions = [("approve_payout", "Can approve payouts")]

    def __str__(self) -> str:
        return self.public_id

    @transition("state", source=[P.REQUESTED, P.APPROVED], target=P.UNDER_REVIEW)
    def review(self) -> None:
        """payout.under_review"""

    @transition("state", source=[P.REQUESTED, P.UNDER_REVIEW], target=P.APPROVED)
    def approve(self) -> None:
        """payout.approved"""

    @transition("state", source=P.APPROVED, target=P.SUBMITTED)
    def submit(self) -> None:
        """payout.submitted"""

    @transition("state", source=P.SUBMITTED, target=P.SETTLED)
    def settle(self) -> None:
        """payout.settled"""

    @transition("state", source=[P.APPROVED, P.SUBMITTED], target=P.FAILED)
    def fail(self, *, decline_code: str = "") -> None:
        """payout.failed"""
        self.decline_code = decline_code

    @transition("state", source=[P.REQUESTED, P.UNDER_REVIEW, P.APPROVED], target=P.REJECTED)
    def reject(self, *, reason: str = "") -> None:
        """payout.rejected"""
        self.reason = reason

    @transition("state", source=[P.REQUESTED, P.UNDER_REVIEW, P.APPROVED], target=P.CANCELED)
    def cancel(self, *, reason: str = "") -> None:
        """payout.canceled"""
        self.reason = reason

    @transition("state", source=P.SETTLED, target=P.RETURNED)
    def return_funds(self) -> None:
        """payout.returned"""

    @transition("state", source=[P.FAILED, P.CANCELED, P.REJECTED], target=P.SETTLED)
    def psp_paid_late(self) -> None:
        """payout.paid_after_release"""
