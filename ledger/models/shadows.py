"""Shadow posting (L11): a rule tried beside the one that posts, and what it would have posted."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from ledger.models.base import APPEND_ONLY, MinorUnitsField, PublicIdModel
from ledger.models.journal import JournalTransaction
from ledger.models.state_field import StateField


class Shadow(FSMModelMixin, PublicIdModel):
    """A candidate version of a posting rule beside the current one; changed only by approved requests, each change a version.

    rule and candidate: keys of settings.POSTING_RULES, of one entry kind. rail: a payment method, empty for every one.
    In COHORT the candidate posts for `percent` of the players (or intents) of `brands` (codes; none named: of all brands).
    sign_off: the list of C23, {item: evidence}; filled from COHORT on.
    """

    PREFIX: ClassVar[str] = "sh_"

    class State(models.TextChoices):
        SHADOW = "SHADOW"
        COHORT = "COHORT"
        ON = "ON"
        WITHDRAWN = "WITHDRAWN"

    class CohortBy(models.TextChoices):
        PLAYER = "player"
        INTENT = "intent"

    rule = models.CharField(max_length=64, db_collation="C")
    candidate = models.CharField(max_length=64, db_collation="C")
    rail = models.CharField(max_length=32, blank=True, db_collation="C")
    state = StateField(default=State.SHADOW, choices=State.choices, protected=True, max_length=16)
    percent = models.PositiveSmallIntegerField(default=0)
    brands = models.JSONField(default=list, blank=True)
    cohort_by = models.CharField(max_length=8, choices=CohortBy.choices, default=CohortBy.PLAYER, db_collation="C")
    sign_off = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="ledger_shadow_history")

    class Meta:
        db_table = "ledger_shadow"
        constraints = [
            models.UniqueConstraint(fields=["rule", "rail"], condition=~Q(state="WITHDRAWN"), name="ledger_shadow_once"),
            models.CheckConstraint(condition=~Q(rule=F("candidate")), name="ledger_shadow_other_rule"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="ledger_shadow_percent"),
            models.CheckConstraint(condition=~Q(state__in=["COHORT", "ON"]) | ~Q(sign_off={}), name="ledger_shadow_signed_off"),
        ]
        permissions = [("propose_shadow", "Can propose stages of shadow posting"), ("approve_shadow", "Can approve them")]

    def __str__(self) -> str:
        return f"{self.rule} -> {self.candidate}{' on ' + self.rail if self.rail else ''}"

    @transition(field=state, source=State.SHADOW, target=State.COHORT)
    def start_cohort(self) -> None:
        """shadow.cohort_started"""

    @transition(field=state, source=State.COHORT, target=State.COHORT)
    def change_cohort(self) -> None:
        """shadow.cohort_changed"""

    @transition(field=state, source=State.COHORT, target=State.ON)
    def turn_on(self) -> None:
        """shadow.turned_on"""

    @transition(field=state, source=State.COHORT, target=State.SHADOW)
    def step_back(self) -> None:
        """shadow.stepped_back"""

    @transition(field=state, source=[State.SHADOW, State.COHORT, State.ON], target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """shadow.withdrawn"""


class ShadowPosting(models.Model):
    """What the rule that did not post made of one transaction's source, with the stage at that moment.

    REFUSED: it would not take the source. FAILED: it broke. No foreign keys in the database: postings lock no row of `ledger_shadow`.
    """

    class Outcome(models.TextChoices):
        EQUAL = "EQUAL"
        DIFFERENT = "DIFFERENT"
        REFUSED = "REFUSED"
        FAILED = "FAILED"

    id = models.BigAutoField(primary_key=True)
    shadow = models.ForeignKey(Shadow, on_delete=models.PROTECT, related_name="postings", db_index=False, db_constraint=False)
    version = models.PositiveIntegerField(help_text="The shadow's version that the posting saw.")
    stage = models.CharField(max_length=16, db_collation="C")
    transaction = models.ForeignKey(JournalTransaction, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    business_date = models.DateField()
    posted_rule = models.CharField(max_length=64, db_collation="C")
    shadow_rule = models.CharField(max_length=64, db_collation="C", help_text="The rule that did not post.")
    outcome = models.CharField(max_length=16, choices=Outcome.choices, db_collation="C")
    error = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(help_text="The product's clock.")

    class Meta:
        db_table = "ledger_shadow_posting"
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["transaction", "shadow"], name="ledger_shadow_posting_once")]
        # How postings came out is counted from the index alone.
        indexes = [
            models.Index(fields=["shadow", "business_date", "id"], include=["outcome", "posted_rule"], name="ledger_shadow_posting_day")
        ]

    def __str__(self) -> str:
        return f"{self.shadow_rule} beside {self.transaction_id}"


class ShadowLine(models.Model):
    """A line that the rule which did not post made: debit positive. It is in no account and changes no balance."""

    id = models.BigAutoField(primary_key=True)
    posting = models.ForeignKey(ShadowPosting, on_delete=models.PROTECT, related_name="lines", db_index=False, db_constraint=False)
    kind = models.CharField(max_length=32, db_collation="C")
    holder = models.CharField(max_length=64, db_collation="C")
    asset = models.CharField(max_length=16, db_collation="C")
    amount_minor = MinorUnitsField()
    ref = models.CharField(max_length=120, blank=True, db_collation="C")
    label = models.CharField(max_length=64, blank=True, db_collation="C")

    class Meta:
        db_table = "ledger_shadow_line"
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["posting"], name="ledger_shadow_line_posting")]

    def __str__(self) -> str:
        return f"{self.kind}[{self.holder}] {self.asset} {self.amount_minor}"
