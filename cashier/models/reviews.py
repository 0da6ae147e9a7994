"""Deposits that a routing rule holds for a person before any PSP is called (C10)."""

from typing import ClassVar

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField
from cashier.models.stamped import Stamped
from ledger.models.base import PublicIdModel
from ledger.models.state_field import StateField


class DepositReview(FSMModelMixin, PublicIdModel, Stamped):
    """One deposit that waits for a person of risk. The deposit stays INITIATED meanwhile, and ends with its own time.

    WAITING ─ allow ─> ALLOWED: the next try is routed as if no rule asked for a review
    WAITING ─ refuse ─> REFUSED: the deposit fails
    WAITING ─ lapse ─> LAPSED: the deposit ended before anybody decided
    """

    PREFIX: ClassVar[str] = "rv_"

    class State(models.TextChoices):
        WAITING = "WAITING"
        ALLOWED = "ALLOWED"
        REFUSED = "REFUSED"
        LAPSED = "LAPSED"

    intent = models.ForeignKey("cashier.DepositIntent", on_delete=models.PROTECT, related_name="reviews")
    decision = models.OneToOneField("cashier.RoutingDecision", on_delete=models.PROTECT, related_name="review")
    state = StateField(max_length=16, choices=State.choices, default=State.WAITING, protected=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_by_kind = CodeField(max_length=16, blank=True)
    decided_by_id = CodeField(max_length=255, blank=True)
    decided_at = models.DateTimeField(null=True)
    history = HistoricalRecords()

    class Meta:
        db_table = "cashier_deposit_review"
        verbose_name = "deposit held for review"
        verbose_name_plural = "deposits held for review"
        constraints = [models.UniqueConstraint(fields=["intent"], condition=models.Q(state="WAITING"), name="cashier_review_one_open")]
        indexes = [models.Index(fields=["created_at"], name="cashier_review_waiting", condition=models.Q(state="WAITING"))]
        permissions = [("decide_review", "Can decide on deposits held for review")]

    def __str__(self) -> str:
        return self.public_id

    @transition("state", source=State.WAITING, target=State.ALLOWED)
    def allow(self) -> None:
        """review.allowed"""

    @transition("state", source=State.WAITING, target=State.REFUSED)
    def refuse(self) -> None:
        """review.refused"""

    @transition("state", source=State.WAITING, target=State.LAPSED)
    def lapse(self) -> None:
        """review.lapsed"""
