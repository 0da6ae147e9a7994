"""Versions of the matching rules (R5, R15), what each would have changed over past days, and which of them a run used."""

from typing import ClassVar

from django.db import models
from django_fsm import transition
from simple_history.models import HistoricalRecords

from ledger.models.base import APPEND_ONLY
from ledger.models.versions import Version, VersionState, VersionTrial
from reconciliation.models.fields import CodeField


class MatchingRules(Version):
    """One version: which rules are on, in which order, with which parameters. What was in force once never changes.

    `body` is as reconciliation.matching.ruleset says. A version is sent for approval only with a back-test of exactly its digest against
    the version in force, over at least one line. Beside the edges of every version, RETIRED ─ submit ─> WAITING brings an older one into
    force again, and WAITING ─ put_back ─> RETIRED leaves it as it was.
    """

    PREFIX: ClassVar[str] = "mr_"
    NOUN: ClassVar[str] = "matching_rules"

    version = models.PositiveIntegerField(unique=True)
    body = models.JSONField(default=dict)
    based_on = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followers")
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

    def way_back(self) -> str:
        return "put_back" if self.activated_at else "send_back"

    @transition("state", source=[VersionState.DRAFT, VersionState.RETIRED], target=VersionState.WAITING)
    def submit(self) -> None:
        """A draft, or one that was in force before, is sent for approval."""

    @transition("state", source=VersionState.WAITING, target=VersionState.RETIRED)
    def put_back(self) -> None:
        """It was in force before, and stays to be taken up again."""


class BackTest(VersionTrial):
    """A version run over stored lines of past days beside the version in force, and both compared (R15).

    `against`: the version in force then. `account`: code of one merchant or bank account, or all. `since` to `until`: business days,
    both included. Its rows are lines; `result` is as reconciliation.matching.comparing has it; `result_digest` is of what was run and
    what came of it.
    """

    PREFIX: ClassVar[str] = "bt_"
    FIGURES: ClassVar[tuple[str, ...]] = (*VersionTrial.FIGURES, "result_digest")

    rules = models.ForeignKey(MatchingRules, on_delete=models.PROTECT, related_name="back_tests")
    against = models.ForeignKey(MatchingRules, on_delete=models.PROTECT, related_name="+")
    account = CodeField(blank=True)
    since = models.DateField()
    until = models.DateField()
    result_digest = CodeField(max_length=64, blank=True)

    class Meta:
        db_table = "reconciliation_back_test"
        verbose_name = "back-test of matching rules"
        verbose_name_plural = "back-tests of matching rules"
        indexes = [models.Index(fields=["rules", "-asked_at"], name="reconciliation_back_test_by")]


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
