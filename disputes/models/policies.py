"""When answering a dispute needs a second person, per legal entity and currency, as data (X6)."""

from django.db import models
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField
from ledger.models import MinorUnitsField


class DisputePolicy(models.Model):
    """Submitting or accepting a dispute above `four_eyes_above_minor` needs a second person; without a row every one does."""

    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="dispute_policies")
    currency = CodeField(max_length=16)
    four_eyes_above_minor = MinorUnitsField()
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "dispute policies"
        constraints = [models.UniqueConstraint(fields=["entity", "currency"], name="disputes_policy_once")]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.currency}"
