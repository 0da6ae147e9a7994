"""Runs, split by account and business date (R9), and the answers that PSPs gave them.

PENDING ─ start ─> RUNNING ─ finish ─> DONE ─ start ─> RUNNING …      RUNNING ─ fail ─> FAILED ─ start ─> RUNNING
"""

from typing import ClassVar

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from ledger.models.base import PublicIdModel
from ledger.models.state_field import StateField
from reconciliation.models.fields import CodeField


class RunState(models.TextChoices):
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


class ReconciliationRun(FSMModelMixin, PublicIdModel):
    """One account, one business date; run again, it is the same row and changes nothing that is right.

    `cases`: {code: number of cases that are of this account and date}; `residuals`: [{"currency", "amount_minor"}] of the three-way
    proofs of its batches, or of bank less statement.
    """

    PREFIX: ClassVar[str] = "run_"
    State = RunState

    account_code = CodeField()
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="runs")
    merchant_account = models.ForeignKey("cashier.MerchantAccount", null=True, on_delete=models.PROTECT, related_name="runs")
    bank_account = models.ForeignKey("cashier.BankAccount", null=True, on_delete=models.PROTECT, related_name="runs")
    date = models.DateField()
    state = StateField(max_length=16, choices=RunState.choices, default=RunState.PENDING, protected=True)
    lines = models.BigIntegerField(default=0)
    matched = models.BigIntegerField(default=0)
    suggested = models.BigIntegerField(default=0)
    carried_forward = models.BigIntegerField(default=0)
    cases = models.JSONField(default=dict)
    residuals = models.JSONField(default=list)
    times_run = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seconds = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_run_history")

    class Meta:
        db_table = "reconciliation_run"
        permissions = [("run_reconciliation", "Can run a reconciliation again")]
        constraints = [models.UniqueConstraint(fields=["account_code", "date"], name="reconciliation_run_once")]
        indexes = [models.Index(fields=["-date", "account_code"], name="reconciliation_run_recent")]

    def __str__(self) -> str:
        return f"{self.account_code} {self.date}"

    @transition("state", source=[RunState.PENDING, RunState.DONE, RunState.FAILED, RunState.RUNNING], target=RunState.RUNNING)
    def start(self) -> None:
        """run.started; also over a run that was killed while RUNNING: the lock on the account says that nobody else runs it"""

    @transition("state", source=RunState.RUNNING, target=RunState.DONE)
    def finish(self) -> None:
        """run.finished"""

    @transition("state", source=RunState.RUNNING, target=RunState.FAILED)
    def fail(self) -> None:
        """run.failed"""


class LookupAnswer(models.Model):
    """What a PSP said when a run asked: stored, and reused when the same run is run again (R9). `answer` null: it knows nothing."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ReconciliationRun, on_delete=models.PROTECT, related_name="lookups")
    reference = CodeField(max_length=120)
    is_known = models.BooleanField()
    answer = models.JSONField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_lookup_answer"
        constraints = [models.UniqueConstraint(fields=["run", "reference"], name="reconciliation_lookup_once")]

    def __str__(self) -> str:
        return self.reference
