"""Rows of the rail catalogue (C23), in versions: what the cashier must know of a method before it may be offered."""

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField
from ledger.models.versions import Version


class RailVersion(Version):
    """One version of the row of one method. `body` is as cashier.rails says; a version is sent for approval only when it is finished.

    One is ACTIVE per method: a method without one is not offered.
    """

    PREFIX: ClassVar[str] = "rl_"
    NOUN: ClassVar[str] = "rail"

    method = CodeField(max_length=32)
    body = models.JSONField(default=dict)
    history = HistoricalRecords(table_name="cashier_rail_history")

    class Meta:
        db_table = "cashier_rail"
        verbose_name = "rail"
        verbose_name_plural = "rails"
        permissions = [("propose_rail", "Can draft rails"), ("approve_rail", "Can approve rails")]
        constraints = [
            models.UniqueConstraint(fields=["method", "version"], name="cashier_rail_version_once"),
            models.UniqueConstraint(fields=["method"], condition=models.Q(state="ACTIVE"), name="cashier_rail_one_active"),
        ]

    def __str__(self) -> str:
        return f"{self.method} v{self.version}"

    def versions(self) -> "models.QuerySet[RailVersion]":
        """Those of its method."""
        return RailVersion.objects.filter(method=self.method).order_by("-version")
