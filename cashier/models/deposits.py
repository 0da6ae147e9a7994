"""The deposit intent and its state graph (C1, C2).

INITIATED ─ require_action ─> ACTION_REQUIRED
INITIATED, ACTION_REQUIRED ─ authorize ─> AUTHORIZED
INITIATED, ACTION_REQUIRED, AUTHORIZED ─ pend ─> PENDING
any of the four ─ capture ─> CAPTURED
any of the four ─ fail | expire | cancel ─> FAILED | EXPIRED | CANCELED
INITIATED, ACTION_REQUIRED, AUTHORIZED ─ void ─> VOIDED
FAILED, EXPIRED, CANCELED, VOIDED ─ psp_captured_late ─> CAPTURED
a lower rank ─ correct_to_… ─> a higher one: status corrected to match the PSP
"""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField, MinorUnitsField
from cashier.models.stamped import Stamped
from ledger.models.base import PublicIdModel
from ledger.models.state_field import StateField

if TYPE_CHECKING:
    from cashier.models.attempts import Capture


class DepositState(models.TextChoices):
    INITIATED = "INITIATED"
    ACTION_REQUIRED = "ACTION_REQUIRED"
    AUTHORIZED = "AUTHORIZED"
    PENDING = "PENDING"
    CAPTURED = "CAPTURED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    CANCELED = "CANCELED"
    VOIDED = "VOIDED"


S = DepositState
OPEN_STATES = (S.INITIATED, S.ACTION_REQUIRED, S.AUTHORIZED, S.PENDING)
ENDED_STATES = (S.FAILED, S.EXPIRED, S.CANCELED, S.VOIDED)
RANKS: dict[str, int] = {str(state): rank for rank, state in enumerate((*OPEN_STATES, S.CAPTURED))} | {
    str(state): 4 for state in ENDED_STATES
}


class DepositIntent(FSMModelMixin, PublicIdModel, Stamped):
    """Amounts are minor units of `currency`, gross as charged, except `amount_minor`, which is what the player asked for.

    gross_minor = amount_minor, plus player_fee_minor where the player pays the fee on top.
    """

    PREFIX = "pi_"
    State = DepositState
    RANKS: ClassVar[dict[str, int]] = RANKS

    class FeeModel(models.TextChoices):
        OPERATOR = "operator"
        PLAYER_ON_TOP = "player_on_top"
        PLAYER_TAKEN_OFF = "player_taken_off"

    player = models.ForeignKey("cashier.Player", on_delete=models.PROTECT, related_name="deposits")
    brand = models.ForeignKey("cashier.Brand", on_delete=models.PROTECT, related_name="deposits")
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="deposits")
    merchant_account = models.ForeignKey("cashier.MerchantAccount", null=True, on_delete=models.PROTECT, related_name="deposits")
    client_id = CodeField(max_length=255)
    region = CodeField(max_length=16, blank=True)
    method = CodeField(max_length=32)
    currency = CodeField(max_length=16)
    amount_minor = MinorUnitsField()
    gross_minor = MinorUnitsField()
    fee_model = CodeField(max_length=20, choices=FeeModel.choices, default=FeeModel.OPERATOR)
    player_fee_minor = MinorUnitsField(default=0)
    metadata = models.JSONField(default=dict)
    state = StateField(max_length=16, choices=DepositState.choices, default=DepositState.INITIATED, protected=True)
    capture_mode = CodeField(max_length=8, default="manual")
    authorised_minor = MinorUnitsField(default=0)
    pending_minor = MinorUnitsField(default=0)
    captured_minor = MinorUnitsField(default=0)
    refunded_minor = MinorUnitsField(default=0)
    disputed_minor = MinorUnitsField(default=0)
    returned_minor = MinorUnitsField(default=0)
    authorised_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    decline_code = CodeField(blank=True)
    decline_retry = CodeField(max_length=16, blank=True)
    action = models.JSONField(null=True)
    return_url = models.CharField(max_length=500, blank=True)
    gates = models.JSONField(default=list)
    next_check_at = models.DateTimeField(null=True)  # when the sweeper looks again at an intent that is past its time
    history = HistoricalRecords()

    class Meta:
        db_table = "cashier_deposit_intent"
        indexes = [
            models.Index(fields=["player", "-created_at"], name="cashier_deposit_by_player"),
            models.Index(fields=["expires_at"], name="cashier_deposit_open", condition=models.Q(state__in=OPEN_STATES)),
            models.Index(fields=["brand", "-created_at"], name="cashier_deposit_by_brand"),
            models.Index(
                fields=["authorised_until"],
                name="cashier_deposit_rest",
                condition=models.Q(state=S.CAPTURED, authorised_minor__gt=models.F("captured_minor")),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0) & models.Q(gross_minor__gt=0), name="cashier_deposit_positive"),
            models.CheckConstraint(condition=models.Q(player_fee_minor__gte=0), name="cashier_deposit_fee_not_negative"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def rank(self) -> int:
        return RANKS[self.state]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_ended(self) -> bool:
        """Ended without money, as far as we know."""
        return self.state in ENDED_STATES

    def counts(self, capture: "Capture") -> bool:
        """Whether the sums of this deposit hold this capture: they are of its own currency. Another is held, and summed by nobody here."""
        return bool(capture.currency == self.currency)

    # --- the graph: bodies set nothing but what the edge itself means ---

    @transition("state", source=S.INITIATED, target=S.ACTION_REQUIRED)
    def require_action(self, *, action: dict[str, object]) -> None:
        """deposit.action_required"""
        self.action = action

    @transition("state", source=[S.INITIATED, S.ACTION_REQUIRED], target=S.AUTHORIZED)
    def authorize(self) -> None:
        """deposit.authorized"""

    @transition("state", source=[S.INITIATED, S.ACTION_REQUIRED, S.AUTHORIZED], target=S.PENDING)
    def pend(self) -> None:
        """deposit.seen"""

    @transition("state", source=list(OPEN_STATES), target=S.CAPTURED)
    def capture(self) -> None:
        """deposit.captured"""

    @transition("state", source=list(OPEN_STATES), target=S.FAILED)
    def fail(self, *, decline_code: str = "", retry: str = "") -> None:
        """deposit.failed"""
        self.decline_code, self.decline_retry = decline_code, retry

    @transition("state", source=list(OPEN_STATES), target=S.EXPIRED)
    def expire(self) -> None:
        """deposit.expired"""

    @transition("state", source=list(OPEN_STATES), target=S.CANCELED)
    def cancel(self) -> None:
        """deposit.canceled"""

    @transition("state", source=[S.INITIATED, S.ACTION_REQUIRED, S.AUTHORIZED], target=S.VOIDED)
    def void(self) -> None:
        """deposit.voided"""

    @transition("state", source=list(ENDED_STATES), target=S.CAPTURED)
    def psp_captured_late(self) -> None:
        """deposit.psp_captured_late: the one edge out of an end, after a lookup."""

    @transition("state", source=[S.INITIATED, S.ACTION_REQUIRED], target=S.AUTHORIZED)
    def correct_to_authorized(self) -> None:
        """deposit.status_corrected"""

    @transition("state", source=[S.INITIATED, S.ACTION_REQUIRED, S.AUTHORIZED], target=S.PENDING)
    def correct_to_pending(self) -> None:
        """deposit.status_corrected"""

    @transition("state", source=list(OPEN_STATES), target=S.CAPTURED)
    def correct_to_captured(self) -> None:
        """deposit.status_corrected"""

    @transition("state", source=list(OPEN_STATES), target=S.FAILED)
    def correct_to_failed(self, *, decline_code: str = "", retry: str = "") -> None:
        """deposit.status_corrected"""
        self.decline_code, self.decline_retry = decline_code, retry

    @transition("state", source=list(OPEN_STATES), target=S.EXPIRED)
    def correct_to_expired(self) -> None:
        """deposit.status_corrected"""

    @transition("state", source=list(OPEN_STATES), target=S.CANCELED)
    def correct_to_canceled(self) -> None:
        """deposit.status_corrected"""

    @transition("state", source=[S.INITIATED, S.ACTION_REQUIRED, S.AUTHORIZED], target=S.VOIDED)
    def correct_to_voided(self) -> None:
        """deposit.status_corrected"""
