"""Four eyes (S1): a request with a frozen payload, and the decisions on it."""

from typing import ClassVar

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from ledger.models.base import APPEND_ONLY, MinorUnitsField, PublicIdModel
from ledger.models.entities import LegalEntity
from ledger.models.state_field import StateField
from ledger.models.users import User


class ApprovalRequest(FSMModelMixin, PublicIdModel):
    """An act that needs other people's consent. Payload, hash, maker and kind never change: a trigger holds them."""

    PREFIX: ClassVar[str] = "ap_"

    class State(models.TextChoices):
        PENDING = "PENDING"
        APPROVED = "APPROVED"
        REJECTED = "REJECTED"
        WITHDRAWN = "WITHDRAWN"
        EXPIRED = "EXPIRED"

    kind = models.CharField(max_length=64, db_collation="C")
    state = StateField(default=State.PENDING, choices=State.choices, protected=True, max_length=16)
    payload = models.JSONField()
    payload_sha256 = models.CharField(max_length=64, db_collation="C")
    seen = models.JSONField(default=dict, blank=True, help_text="What it was asked upon: what was looked at -> what it said, in words.")
    summary = models.CharField(max_length=300)
    reason = models.TextField()
    maker_kind = models.CharField(max_length=8, db_collation="C")
    maker_id = models.CharField(max_length=128, db_collation="C")
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, null=True, related_name="+")
    amount_minor = MinorUnitsField(default=0)
    currency = models.CharField(max_length=16, blank=True, db_collation="C")
    target_kind = models.CharField(max_length=64, blank=True, db_collation="C")
    target_id = models.CharField(max_length=64, blank=True, db_collation="C")
    brand = models.CharField(max_length=64, blank=True, db_collation="C", help_text="The brand's code, where it is of one.")
    player_ref = models.CharField(max_length=64, blank=True, db_collation="C", help_text="Public id of the player it is about.")
    required = models.PositiveSmallIntegerField(default=1)
    rule = models.CharField(max_length=300, blank=True, help_text="The threshold that fired, in words.")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)
    history = HistoricalRecords(table_name="ledger_approval_request_history")

    class Meta:
        db_table = "ledger_approval_request"
        constraints = [
            models.UniqueConstraint(fields=["id", "maker_kind", "maker_id"], name="ledger_approval_request_maker"),
            models.CheckConstraint(condition=models.Q(required__gte=1), name="ledger_approval_request_required"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="ledger_approval_request_reason"),
        ]
        indexes = [
            models.Index(fields=["state", "expires_at"], name="ledger_approval_open"),
            models.Index(fields=["target_kind", "target_id"], name="ledger_approval_target"),
            models.Index(fields=["maker_id", "kind", "requested_at"], name="ledger_approval_made"),
        ]
        permissions = [
            (f"{verb}_{act}", f"Can {verb} {text}")
            for act, text in (("adjustment", "adjustments by hand"), ("write_off", "write-offs"), ("reversal", "reversals"))
            for verb in ("propose", "approve")
        ]

    @transition(field=state, source=State.PENDING, target=State.APPROVED)
    def approve(self) -> None:
        """approval.approved"""

    @transition(field=state, source=State.PENDING, target=State.REJECTED)
    def reject(self) -> None:
        """approval.rejected"""

    @transition(field=state, source=State.PENDING, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """approval.withdrawn"""

    @transition(field=state, source=State.PENDING, target=State.EXPIRED)
    def expire(self) -> None:
        """approval.expired"""


class ApprovalDecision(models.Model):
    """One person's yes or no. The maker stands beside it by composite foreign key, so that a CHECK can compare (S1)."""

    id = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="decisions", db_constraint=False)
    maker_kind = models.CharField(max_length=8, db_collation="C")
    maker_id = models.CharField(max_length=128, db_collation="C")
    checker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checker_ref = models.CharField(max_length=128, db_collation="C", help_text="The checker's id as an actor's id.")
    approve = models.BooleanField()
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_approval_decision"
        db_table_comment = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(fields=["request", "checker"], name="ledger_approval_decision_once"),
            models.CheckConstraint(
                condition=~models.Q(maker_kind="user") | ~models.Q(checker_ref=models.F("maker_id")),
                name="ledger_approval_decision_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checker} {'approved' if self.approve else 'rejected'} {self.request}"
