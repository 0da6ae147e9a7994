"""When a payout needs a person, per brand and currency, as data (P4)."""

from django.db import models
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField
from ledger.models import MinorUnitsField


class PayoutPolicy(models.Model):
    """Amounts in minor units of `currency`. Without a row for a brand and currency every payout is reviewed.

    review_above_minor: a payout above it, or one that lifts the sum of the player's payouts over 24 hours above it, needs one
    person of risk; second_review_above_minor: two. review_week_above_minor: the same on the sum over 7 days. player_fee_minor: what a
    payout whose fee the player bears costs it.
    """

    brand = models.ForeignKey("cashier.Brand", on_delete=models.PROTECT, related_name="payout_policies")
    currency = CodeField(max_length=16)
    review_above_minor = MinorUnitsField()
    review_week_above_minor = MinorUnitsField()
    second_review_above_minor = MinorUnitsField()
    player_fee_minor = MinorUnitsField(default=0)
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "payout policies"
        constraints = [models.UniqueConstraint(fields=["brand", "currency"], name="cashier_payout_policy_once")]

    def __str__(self) -> str:
        return f"{self.brand_id} {self.currency}"
