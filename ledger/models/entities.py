"""Legal entities and their business days (D1, L16)."""

from datetime import time
from typing import ClassVar
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from ledger.models.base import PublicIdModel


def require_zone(name: str) -> None:
    """Refuse what is no IANA time zone."""
    if name not in available_timezones():
        raise ValidationError(f"{name!r} is not an IANA time zone.")


class LegalEntity(PublicIdModel):
    """Whose books these are: every account belongs to one entity (L5). A business day begins at `cutoff` in `zone`."""

    PREFIX: ClassVar[str] = "le_"

    code = models.CharField(max_length=32, unique=True, db_collation="C")
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64, validators=[require_zone])
    cutoff = models.TimeField(default=time(0, 0))
    calendar = models.JSONField(default=list, blank=True, help_text="Bank holidays, ISO dates.")
    licence = models.CharField(max_length=64, blank=True)
    history = HistoricalRecords(table_name="ledger_legal_entity_history")

    class Meta:
        db_table = "ledger_legal_entity"
        verbose_name_plural = "legal entities"

    def __str__(self) -> str:
        return self.name


class BusinessDay(models.Model):
    """A day that was closed, or closed and opened again. A day without a row is open unless a later one was closed (L16)."""

    id = models.BigAutoField(primary_key=True)
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="business_days")
    date = models.DateField()
    is_open = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    history = HistoricalRecords(table_name="ledger_business_day_history")

    class Meta:
        db_table = "ledger_business_day"
        constraints = [models.UniqueConstraint(fields=["entity", "date"], name="ledger_business_day_once")]

    def __str__(self) -> str:
        return f"{self.entity.code} {self.date}"


class SimulationClock(models.Model):
    """One row: how far simulated time is ahead of real time (DESIGN.md decision 15)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField()

    class Meta:
        db_table = "ledger_simulation_clock"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="ledger_simulation_clock_one_row")]

    def __str__(self) -> str:
        return str(self.offset)
