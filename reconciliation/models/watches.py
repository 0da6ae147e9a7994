"""What is watched while the day runs, by which thresholds, and what was noticed (R10, R13).

OPEN ─ see ─> SEEN
OPEN, SEEN ─ pass_by ─> PASSED
"""

from typing import ClassVar

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from ledger.models.base import PublicIdModel
from ledger.models.state_field import StateField
from reconciliation.models.fields import CodeField


class Watch(models.Model):
    """One thing that is watched. `thresholds`: name -> number as text, the names that the watch has; `mail_to`: addresses that are told."""

    code = CodeField(primary_key=True)
    title = models.CharField(max_length=120)
    explanation = models.TextField()
    rank = models.PositiveSmallIntegerField()
    is_on = models.BooleanField(default=True)
    thresholds = models.JSONField(default=dict)
    mail_to = models.JSONField(default=list, blank=True)
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_watch_history")

    class Meta:
        db_table = "reconciliation_watch"
        verbose_name_plural = "watches"
        ordering = ["rank"]

    def __str__(self) -> str:
        return self.title


class AlertState(models.TextChoices):
    OPEN = "OPEN"
    SEEN = "SEEN"
    PASSED = "PASSED"


class Alert(FSMModelMixin, PublicIdModel):
    """Something past its threshold, from when it was noticed until it has passed by. One at a time for a watch and what it is about.

    `about`: account, rail, country, reason code or public id. `facts`: plain values, those that the sentence says.
    `case_ref`: the case it raised, if its watch raises one. `mailed_at`: when its mail left; none yet and due: `mail_due_at`.
    """

    PREFIX: ClassVar[str] = "al_"
    State = AlertState

    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="alerts")
    about = CodeField(max_length=120, blank=True)
    sentence = models.CharField(max_length=300)
    facts = models.JSONField(default=dict)
    case_ref = CodeField(max_length=64, blank=True)
    state = StateField(max_length=8, choices=AlertState.choices, default=AlertState.OPEN, protected=True)
    noticed_at = models.DateTimeField()
    last_at = models.DateTimeField(help_text="When it was last past its threshold.")
    passed_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)
    mail_error = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_alert_history")

    class Meta:
        db_table = "reconciliation_alert"
        permissions = [("see_alert", "Can mark alerts as seen")]
        constraints = [
            models.UniqueConstraint(
                fields=["watch", "about"], name="reconciliation_alert_once", condition=models.Q(state__in=["OPEN", "SEEN"])
            )
        ]
        indexes = [
            models.Index(fields=["-noticed_at"], name="reconciliation_alert_recent"),
            models.Index(fields=["mail_due_at"], name="reconciliation_alert_mail", condition=models.Q(mail_due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.sentence

    @transition("state", source=AlertState.OPEN, target=AlertState.SEEN)
    def see(self) -> None:
        """alert.seen"""

    @transition("state", source=[AlertState.OPEN, AlertState.SEEN], target=AlertState.PASSED)
    def pass_by(self) -> None:
        """alert.passed"""
