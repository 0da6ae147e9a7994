"""Versions of the matching rules (R5, R15), what each would have changed over past days, and which of them a run used.

DRAFT ─ submit ─> WAITING ─ activate ─> ACTIVE ─ retire ─> RETIRED ─ submit ─> WAITING: an older version comes into force again
WAITING ─ send_back ─> DRAFT, WAITING ─ put_back ─> RETIRED; DRAFT ─ drop ─> DROPPED
"""

from typing import ClassVar

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from ledger.models.base import APPEND_ONLY, PublicIdModel
from ledger.models.state_field import StateField
from reconciliation.models.fields import CodeField


class MatchingRulesState(models.TextChoices):
    DRAFT = "DRAFT"
    WAITING = "WAITING"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"
    DROPPED = "DROPPED"


class MatchingRules(FSMModelMixin, PublicIdModel):
    """One version: which rules are on, in which order, with which parameters. One is ACTIVE; what was in force once never changes.

    `body` is as reconciliation.matching.ruleset says; `digest` is of the body. A version is sent for approval only with a back-test of
    exactly this digest against the version in force.
    """

    PREFIX: ClassVar[str] = "mr_"
    State = MatchingRulesState

    version = models.PositiveIntegerField(unique=True)
    state = StateField(max_length=16, choices=MatchingRulesState.choices, default=MatchingRulesState.DRAFT, protected=True)
    body = models.JSONField(default=dict)
    digest = CodeField(max_length=64)
    based_on = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followers")
    maker_kind = CodeField(max_length=16)
    maker_id = CodeField(max_length=255)
    activated_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_matching_rules_history")

    class Meta:
        db_table = "reconciliation_matching_rules"
        verbose_name = "version of the matching rules"
        verbose_name_plural = "matching rules"
        permissions = [("propose_matching", "Can draft matching rules"), ("approve_matching", "Can approve matching rules")]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="ACTIVE"), name="reconciliation_matching_one_active")
        ]

    def __str__(self) -> str:
        return f"Matching rules v{self.version}"

    @transition("state", source=[MatchingRulesState.DRAFT, MatchingRulesState.RETIRED], target=MatchingRulesState.WAITING)
    def submit(self) -> None:
        """matching_rules.submitted"""

    @transition("state", source=MatchingRulesState.WAITING, target=MatchingRulesState.DRAFT)
    def send_back(self) -> None:
        """matching_rules.sent_back"""

    @transition("state", source=MatchingRulesState.WAITING, target=MatchingRulesState.RETIRED)
    def put_back(self) -> None:
        """matching_rules.put_back: it was in force before, and stays to be taken up again"""

    @transition("state", source=MatchingRulesState.WAITING, target=MatchingRulesState.ACTIVE)
    def activate(self) -> None:
        """matching_rules.activated"""

    @transition("state", source=MatchingRulesState.ACTIVE, target=MatchingRulesState.RETIRED)
    def retire(self) -> None:
        """matching_rules.retired"""

    @transition("state", source=MatchingRulesState.DRAFT, target=MatchingRulesState.DROPPED)
    def drop(self) -> None:
        """matching_rules.dropped"""


class BackTest(PublicIdModel):
    """A version run over stored lines of past days beside the version in force, and both compared (R15): a job.

    `digest`: of the body that it ran; `against`: the version in force then. `account`: code of one merchant or bank account, or all.
    `since` to `until`: business days, both included. `done` of `total`: lines. `result` as reconciliation.matching.comparing has it;
    `result_digest` is of what was run and what came of it.
    """

    PREFIX: ClassVar[str] = "bt_"

    class State(models.TextChoices):
        WAITING = "WAITING"
        RUNNING = "RUNNING"
        DONE = "DONE"
        FAILED = "FAILED"

    rules = models.ForeignKey(MatchingRules, on_delete=models.PROTECT, related_name="back_tests")
    against = models.ForeignKey(MatchingRules, on_delete=models.PROTECT, related_name="+")
    digest = CodeField(max_length=64)
    account = CodeField(blank=True)
    since = models.DateField()
    until = models.DateField()
    state = CodeField(max_length=16, choices=State.choices, default=State.WAITING)
    total = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    result = models.JSONField(default=dict)
    result_digest = CodeField(max_length=64, blank=True)
    error = models.CharField(max_length=300, blank=True)
    asked_by_kind = CodeField(max_length=16)
    asked_by_id = CodeField(max_length=255)
    asked_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)  # real time
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reconciliation_back_test"
        verbose_name = "back-test of matching rules"
        verbose_name_plural = "back-tests of matching rules"
        indexes = [models.Index(fields=["rules", "-asked_at"], name="reconciliation_back_test_by")]

    def __str__(self) -> str:
        return self.public_id


class RunRules(models.Model):
    """Which version a run used, each time that it was run. Append-only. `turn`: the run's `times_run`."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey("reconciliation.ReconciliationRun", on_delete=models.PROTECT, related_name="rules_used")
    turn = models.PositiveIntegerField()
    rules = models.ForeignKey(MatchingRules, on_delete=models.PROTECT, related_name="runs")
    at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_run_rules"
        db_table_comment = APPEND_ONLY
        verbose_name = "rules of a run"
        verbose_name_plural = "rules of runs"
        constraints = [models.UniqueConstraint(fields=["run", "turn"], name="reconciliation_run_rules_once")]

    def __str__(self) -> str:
        return f"{self.run} turn {self.turn}: v{self.rules.version}"
