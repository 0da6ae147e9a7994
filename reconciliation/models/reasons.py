"""Reason codes: what is wrong, who owns it, how long they have, what they do (E2). Rows are data, loaded by a migration."""

from django.db import models
from simple_history.models import HistoricalRecords

from reconciliation.models.fields import CodeField


class Team(models.TextChoices):
    PAYMENTS_OPS = "payments_ops", "Payments operations"
    FINANCE = "finance", "Finance"
    RISK = "risk", "Risk"
    ENGINEERING = "engineering", "Engineering"


class Severity(models.TextChoices):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def severity_rank(severity: str) -> int:
    """1 for critical to 4 for low: what severity sorts by."""
    return list(Severity.values).index(severity) + 1


class Clock(models.TextChoices):
    """How an SLA is counted: hours and days run through, business days follow the calendar, a business day has an end."""

    HOURS = "h", "hours"
    DAYS = "d", "days"
    BUSINESS_DAYS = "bd", "business days"
    SAME_DAY = "same_day", "end of the business day, at least four hours"


class ReasonCode(models.Model):
    """One kind of break.

    `raised_when`, `resolves_when` one sentence each; `playbook` a list of {"title", "text"} steps for a person who has never
    seen such a case; `dispositions` the acts that may end it (E4); `player_text` what support may tell the player.
    """

    code = CodeField(primary_key=True)
    title = models.CharField(max_length=120)
    group = CodeField(max_length=24)
    rank = models.PositiveSmallIntegerField(help_text="Within a group the first that fits wins.")
    category = CodeField(max_length=24)
    player_impact = CodeField(max_length=8)
    owner_team = CodeField(max_length=16, choices=Team.choices)
    co_owner_team = CodeField(max_length=16, choices=Team.choices, blank=True)
    sla_clock = CodeField(max_length=8, choices=Clock.choices)
    sla_value = models.PositiveSmallIntegerField(default=0)
    severity = CodeField(max_length=8, choices=Severity.choices)
    raised_when = models.TextField()
    resolves_when = models.TextField(blank=True, help_text="Empty: never by itself.")
    playbook = models.JSONField(default=list)
    dispositions = models.JSONField(default=list)
    player_text = models.TextField(blank=True)
    history = HistoricalRecords(table_name="reconciliation_reason_code_history")

    class Meta:
        db_table = "reconciliation_reason_code"
        ordering = ["rank"]

    def __str__(self) -> str:
        return self.code
