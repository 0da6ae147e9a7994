"""What moved money in a dispute, in its order: append-only, each with the split that was decided under lock (X5)."""

from django.db import models

from cashier.models.fields import CodeField
from disputes.models.disputes import Dispute
from ledger.models import APPEND_ONLY, MinorUnitsField


class DisputeMovement(models.Model):
    """One posted event of one dispute. `number` is the PSP's movement, from 1; (kind, number) is posted once.

    `source` is what its posting rule read; `told_by` is the messenger (webhook, line, hand) that came first.
    """

    class Kind(models.TextChoices):
        INQUIRY_HELD = "INQUIRY_HELD"
        INQUIRY_RELEASED = "INQUIRY_RELEASED"
        OPENED = "OPENED"
        DEBITED = "DEBITED"
        CREDITED = "CREDITED"
        WON = "WON"
        WITHDRAWN = "WITHDRAWN"
        AUTO_REFUNDED = "AUTO_REFUNDED"

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="movements")
    kind = CodeField(max_length=16, choices=Kind.choices)
    number = models.PositiveSmallIntegerField()
    amount_minor = MinorUnitsField()
    currency = CodeField(max_length=16)
    source = models.JSONField()
    told_by = CodeField(max_length=8)
    transaction_id = models.UUIDField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["dispute", "kind", "number"], name="disputes_movement_once")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
