"""Exception cases (E1).

OPEN ─ investigate ─> INVESTIGATING
OPEN, INVESTIGATING ─ wait ─> WAITING ─ resume ─> INVESTIGATING
OPEN, INVESTIGATING, WAITING ─ propose ─> PROPOSED ─ return_to_work ─> INVESTIGATING
OPEN, INVESTIGATING, WAITING, PROPOSED ─ resolve ─> RESOLVED
OPEN, INVESTIGATING, WAITING, PROPOSED ─ auto_resolve ─> AUTO_RESOLVED
RESOLVED, AUTO_RESOLVED ─ reopen ─> OPEN
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from ledger.models.base import APPEND_ONLY, PublicIdModel
from ledger.models.state_field import StateField
from reconciliation.models.fields import CodeField, MinorUnitsField
from reconciliation.models.reasons import ReasonCode, Severity, Team, severity_rank


class CaseState(models.TextChoices):
    OPEN = "OPEN"
    INVESTIGATING = "INVESTIGATING"
    WAITING = "WAITING"
    PROPOSED = "PROPOSED"
    RESOLVED = "RESOLVED"
    AUTO_RESOLVED = "AUTO_RESOLVED"


S = CaseState
UNDECIDED_STATES = (S.OPEN, S.INVESTIGATING, S.WAITING)
LIVE_STATES = (*UNDECIDED_STATES, S.PROPOSED)
ENDED_STATES = (S.RESOLVED, S.AUTO_RESOLVED)
# Of a line that names an item and that no rule may pair with it: the item's missing line has this case, and none of its own.
UNPAIRABLE = ("WRONG_MERCHANT_ACCOUNT", "CURRENCY_DIFFERS", "STATUS_DIFFERS")


# Orders and narrowings of the queue that are read a page at a time, however many cases are live: name -> columns. What stands behind the
# unique id narrows: rows that it leaves out are passed over in the index, and never read.
_LIVE_ORDERS = {
    "worst": ("severity_rank", "due_at", "id", "owner_team"),
    "amount": ("amount_minor", "id"),
    "age": ("opened_at", "id"),
    "number": ("number",),
    "code": ("reason", "due_at", "id"),
    "team": ("owner_team", "due_at", "id"),
    "person": ("assignee", "due_at", "id"),
    "psp": ("merchant_account", "due_at", "id"),
    "late": ("due_at", "id", "business_date"),
}


# The ended ones stand by number; what narrows them by much is counted and added up in an index.
_ENDED_FILTERS = {
    "code": ("reason", "-number"),
    "amount": ("amount_minor",),
    "team": ("owner_team", "severity_rank", "assignee"),
}


# What the queue's health is counted by, without touching the rows (E6).
_HEALTH_INDEXES = (
    models.Index(fields=["opened_at"], name="reconciliation_case_opened", include=["reason", "owner_team", "resolved_at", "due_at"]),
    models.Index(
        fields=["resolved_at"], name="reconciliation_case_ended", include=["reason", "owner_team", "due_at"],
        condition=models.Q(resolved_at__isnull=False),
    ),
    models.Index(fields=["due_at"], name="reconciliation_case_breaches", include=["reason", "owner_team", "resolved_at"]),
)  # fmt: skip


def _live_index(name: str, *fields: str) -> models.Index:
    return _index_with_sums(f"reconciliation_live_{name}", fields, LIVE_STATES)


def _ended_index(name: str, *fields: str) -> models.Index:
    return _index_with_sums(f"reconciliation_ended_{name}", fields, ENDED_STATES)


def _index_with_sums(name: str, fields: Sequence[str], states: Sequence[CaseState]) -> models.Index:
    """With the sums' columns, so that what is at risk in the first rows is added up without reading the rows."""
    sums = [field for field in ("amount_minor", "currency") if field not in fields]
    return models.Index(fields=fields, name=name, condition=models.Q(state__in=states), include=sums)


class ExceptionCase(FSMModelMixin, PublicIdModel):
    """One break, owned and due from birth.

    `amount_minor` is at risk: the difference for *_DIFFERS, else gross. `dedupe_key` names the break, so that it is raised once;
    what the engine finds broken again after an ending is a new `version`, linked by `previous`. `facts`: plain values that the
    playbook speaks of. `proposal`: {"disposition", "reason", …} once proposed, with `approval_id` where a second person decides.
    """

    PREFIX: ClassVar[str] = "case_"
    State = CaseState

    number = models.BigIntegerField(unique=True, help_text='Shown as "CASE-17".')
    reason = models.ForeignKey(ReasonCode, on_delete=models.PROTECT, related_name="cases", db_column="reason_code")
    category = CodeField(max_length=24)
    player_impact = CodeField(max_length=8)
    severity = CodeField(max_length=8, choices=Severity.choices)
    severity_rank = models.PositiveSmallIntegerField(default=0, editable=False, help_text="What the queue sorts by; 1 is the worst.")
    owner_team = CodeField(max_length=16, choices=Team.choices)
    co_owner_team = CodeField(max_length=16, choices=Team.choices, blank=True)
    assignee = models.ForeignKey("ledger.User", null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    state = StateField(max_length=16, choices=CaseState.choices, default=CaseState.OPEN, protected=True)
    due_at = models.DateTimeField()
    wait_until = models.DateTimeField(null=True, blank=True)
    wait_for = models.CharField(max_length=200, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="cases")
    business_date = models.DateField()
    amount_minor = MinorUnitsField()
    currency = CodeField(max_length=16)
    merchant_account = models.ForeignKey("cashier.MerchantAccount", null=True, on_delete=models.PROTECT, related_name="cases")
    bank_account = models.ForeignKey("cashier.BankAccount", null=True, on_delete=models.PROTECT, related_name="cases")
    merchant_reference = CodeField(max_length=120, blank=True)
    psp_reference = CodeField(max_length=200, blank=True)
    bank_reference = CodeField(max_length=200, blank=True)
    run = models.ForeignKey("reconciliation.ReconciliationRun", null=True, on_delete=models.PROTECT, related_name="raised_cases")
    dedupe_key = CodeField(max_length=200)
    version = models.PositiveSmallIntegerField(default=1)
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="next_versions")
    facts = models.JSONField(default=dict)
    proposed_disposition = CodeField(max_length=48, blank=True)
    proposal = models.JSONField(default=dict)
    approval_id = models.UUIDField(null=True, blank=True)
    resolution = CodeField(max_length=48, blank=True)
    resolution_note = models.TextField(blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by_kind = CodeField(max_length=16, blank=True)
    resolved_by_id = CodeField(max_length=255, blank=True)
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_case_history")

    class Meta:
        db_table = "reconciliation_case"
        permissions = [
            ("work_case", "Can work cases"),
            ("approve_disposition", "Can approve dispositions"),
            ("export_case", "Can export cases"),
        ]
        constraints = [models.UniqueConstraint(fields=["dedupe_key", "version"], name="reconciliation_case_once")]
        indexes = [
            models.Index(fields=["state", "owner_team", "due_at"], name="reconciliation_case_queue"),
            *[_live_index(name, *fields) for name, fields in _LIVE_ORDERS.items()],
            *_HEALTH_INDEXES,
            _index_with_sums("reconciliation_proposed", ("due_at", "id"), (CaseState.PROPOSED,)),
            *[_ended_index(name, *fields) for name, fields in _ENDED_FILTERS.items()],
            models.Index(fields=["business_date", "reason"], name="reconciliation_case_by_day"),
            models.Index(fields=["merchant_reference"], name="reconciliation_case_by_ref"),
            models.Index(fields=["psp_reference"], name="reconciliation_case_by_psp", condition=~models.Q(psp_reference="")),
            models.Index(fields=["bank_reference"], name="reconciliation_case_by_bank", condition=~models.Q(bank_reference="")),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What people call it: "CASE-17"."""
        return f"CASE-{self.number}"

    @property
    def reason_code(self) -> str:
        return self.reason_id

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.severity_rank = severity_rank(self.severity)
        super().save(*args, **kwargs)

    # --- the graph ---

    @transition("state", source=S.OPEN, target=S.INVESTIGATING)
    def investigate(self) -> None:
        """case.taken"""

    @transition("state", source=[S.OPEN, S.INVESTIGATING], target=S.WAITING)
    def wait(self, *, until: datetime, reason: str) -> None:
        """case.waiting"""
        self.wait_until, self.wait_for = until, reason

    @transition("state", source=S.WAITING, target=S.INVESTIGATING)
    def resume(self) -> None:
        """case.resumed"""
        self.wait_until, self.wait_for = None, ""

    @transition("state", source=list(UNDECIDED_STATES), target=S.PROPOSED)
    def propose(self) -> None:
        """case.proposed"""

    @transition("state", source=S.PROPOSED, target=S.INVESTIGATING)
    def return_to_work(self) -> None:
        """case.proposal_declined"""

    @transition("state", source=list(LIVE_STATES), target=S.RESOLVED)
    def resolve(self) -> None:
        """case.resolved"""

    @transition("state", source=list(LIVE_STATES), target=S.AUTO_RESOLVED)
    def auto_resolve(self) -> None:
        """case.auto_resolved"""

    @transition("state", source=list(ENDED_STATES), target=S.OPEN)
    def reopen(self) -> None:
        """case.reopened"""


class CaseEntry(models.Model):
    """One entry of a case's timeline: what happened, what somebody wrote, what somebody attached. Append-only.

    kind: raised, state, assigned, comment, attachment, proposal, evidence. `text` is shown as it is; `data` plain values;
    an attachment has `file_name`, `file_path` under FILES_DIR and `file_sha256`.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(ExceptionCase, on_delete=models.PROTECT, related_name="entries")
    kind = CodeField(max_length=24)
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    file_name = models.CharField(max_length=255, blank=True)
    file_path = models.CharField(max_length=255, blank=True)
    file_sha256 = CodeField(max_length=64, blank=True)
    actor_kind = CodeField(max_length=16)
    actor_id = CodeField(max_length=255)
    at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_case_entry"
        db_table_comment = APPEND_ONLY
        verbose_name_plural = "case entries"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.text[:60]}"


class CaseLink(models.Model):
    """A record that a case speaks of: (kind, public id). side: ours, psp or bank. Append-only."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(ExceptionCase, on_delete=models.PROTECT, related_name="links")
    kind = CodeField(max_length=32)
    target_id = CodeField(max_length=120)
    side = CodeField(max_length=8, blank=True)

    class Meta:
        db_table = "reconciliation_case_link"
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["case", "kind", "target_id"], name="reconciliation_case_link_once")]
        indexes = [models.Index(fields=["kind", "target_id"], name="reconciliation_case_link_to")]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"
