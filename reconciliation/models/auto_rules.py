"""Rules by which cases end without a person (E3): data, changed only under four eyes, and what each of them did."""

from django.db import models
from simple_history.models import HistoricalRecords

from ledger.models.base import APPEND_ONLY
from reconciliation.models.fields import CodeField, MinorUnitsField


class AutoRule(models.Model):
    """One rule.

    `action`: the disposition by which it ends cases, "" where it ends those of which nothing is broken any more (what was missing
    came) and posts nothing of its own. A rule with an action is for `reason_codes`, at most `each_minor` a case and `month_minor` a
    month, {currency: minor units}; it is off until two people approved it, and `approval_id` is their request.
    """

    code = CodeField(max_length=48, primary_key=True)
    title = models.CharField(max_length=120)
    explanation = models.TextField()
    rank = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    action = CodeField(max_length=48, blank=True)
    reason_codes = models.JSONField(default=list, blank=True)
    each_minor = models.JSONField(default=dict, blank=True)
    month_minor = models.JSONField(default=dict, blank=True)
    is_on = models.BooleanField(default=False)
    approval_id = models.UUIDField(null=True)
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_auto_rule_history")

    class Meta:
        db_table = "reconciliation_auto_rule"
        ordering = ["rank"]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        """As a case names it: "small_bank_charge@2"."""
        return f"{self.code}@{self.version}"


class RuleAct(models.Model):
    """One case that a rule ended, or that a person opened again after it. Append-only.

    act: ended or reopened. `amount_minor` at risk, minor units of `currency`; `posted`: public ids of the transactions it posted.
    """

    ENDED, REOPENED = "ended", "reopened"

    id = models.BigAutoField(primary_key=True)
    rule = CodeField(max_length=64)
    version = models.PositiveSmallIntegerField()
    act = CodeField(max_length=16)
    case = models.ForeignKey("reconciliation.ExceptionCase", on_delete=models.PROTECT, related_name="rule_acts")
    amount_minor = MinorUnitsField()
    currency = CodeField(max_length=16)
    posted = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_rule_act"
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["rule", "at"], name="reconciliation_rule_act_by")]

    def __str__(self) -> str:
        return f"{self.rule} {self.act} {self.case_id}"
