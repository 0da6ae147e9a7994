"""Four eyes as data (S1, S2): from which amount one or two people decide, and which duties nobody holds together."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from ledger.models.base import MinorUnitsField, PublicIdModel


class ApprovalThreshold(PublicIdModel):
    """How many people decide on an act of a kind, in one currency; changed only by an approved request, each change a version.

    Amounts in minor units of `currency`. brand: its code; empty stands for every brand that has no row of its own.
    one_above_minor: up to it nobody is asked, where the kind allows that at all; null: somebody always is.
    two_above_minor: above it two people decide; null: never.
    """

    PREFIX: ClassVar[str] = "th_"

    kind = models.CharField(max_length=64, db_collation="C")
    brand = models.CharField(max_length=64, blank=True, db_collation="C")
    currency = models.CharField(max_length=16, db_collation="C")
    one_above_minor = MinorUnitsField(null=True)
    two_above_minor = MinorUnitsField(null=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="ledger_approval_threshold_history")

    class Meta:
        db_table = "ledger_approval_threshold"
        constraints = [
            models.UniqueConstraint(fields=["kind", "brand", "currency"], name="ledger_approval_threshold_once"),
            models.CheckConstraint(
                condition=Q(one_above_minor__gte=0) | Q(one_above_minor__isnull=True), name="ledger_approval_threshold_one"
            ),
            models.CheckConstraint(
                condition=Q(two_above_minor__isnull=True)
                | (Q(two_above_minor__gte=0) & (Q(one_above_minor__isnull=True) | Q(two_above_minor__gte=F("one_above_minor")))),
                name="ledger_approval_threshold_two",
            ),
        ]
        permissions = [("propose_policy", "Can propose thresholds, duties and roles"), ("approve_policy", "Can approve them")]

    def __str__(self) -> str:
        return f"{self.kind} {self.brand or 'every brand'} {self.currency}"


class SeparateDuty(PublicIdModel):
    """Two permissions ("app.codename") that no person may hold together, whether by role or by name (S2); `first` < `second`.

    A trigger refuses the grant that would join them; `decide` looks again.
    """

    PREFIX: ClassVar[str] = "sd_"

    first = models.CharField(max_length=200, db_collation="C")
    second = models.CharField(max_length=200, db_collation="C")
    reason = models.TextField()
    is_in_force = models.BooleanField(default=True)
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="ledger_separate_duty_history")

    class Meta:
        db_table = "ledger_separate_duty"
        verbose_name_plural = "separate duties"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="ledger_separate_duty_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="ledger_separate_duty_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} | {self.second}"
