"""The daily close (D1 to D4).

OPEN ─ begin ─> CLOSING ─ prepare ─> PREPARED ─ sign_off ─> SIGNED_OFF
CLOSING, PREPARED ─ fall_back ─> OPEN: something changed, or it was declined
A SIGNED_OFF day that is reopened keeps its row; the new version begins OPEN.
"""

from typing import ClassVar

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from ledger.models.base import APPEND_ONLY, PublicIdModel
from ledger.models.state_field import StateField
from reconciliation.models.fields import CodeField


class CloseState(models.TextChoices):
    OPEN = "OPEN"
    CLOSING = "CLOSING"
    PREPARED = "PREPARED"
    SIGNED_OFF = "SIGNED_OFF"


S = CloseState


class DailyClose(FSMModelMixin, PublicIdModel):
    """One business day of one entity, in one version.

    `zone` and `cutoff` as they were for that day (D1). `checklist`: [{"name", "title", "ok", "missing": […], "overridden"}] as the
    system found it; `overrides`: [{"name", "reason", "approval_id", …}] kept for ever. Preparer and signer differ (S1).
    """

    PREFIX: ClassVar[str] = "close_"
    State = CloseState

    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="closes")
    business_date = models.DateField()
    version = models.PositiveSmallIntegerField(default=1)
    state = StateField(max_length=16, choices=CloseState.choices, default=CloseState.OPEN, protected=True)
    zone = models.CharField(max_length=64)
    cutoff = models.TimeField()
    checklist = models.JSONField(default=list)
    overrides = models.JSONField(default=list)
    begun_at = models.DateTimeField(null=True)
    begun_by_kind = CodeField(max_length=16, blank=True)
    begun_by_id = CodeField(max_length=255, blank=True)
    prepared_at = models.DateTimeField(null=True)
    preparer = models.ForeignKey("ledger.User", null=True, on_delete=models.PROTECT, related_name="prepared_closes")
    signed_at = models.DateTimeField(null=True)
    signer = models.ForeignKey("ledger.User", null=True, on_delete=models.PROTECT, related_name="signed_closes")
    approval_id = models.UUIDField(null=True)
    reopened_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_close_history")

    class Meta:
        db_table = "reconciliation_close"
        permissions = [
            ("prepare_close", "Can prepare a close"),
            ("sign_close", "Can sign a close off"),
            ("reopen_close", "Can reopen a day"),
            ("take_bundle", "Can take the bundle of a signed day away"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["entity", "business_date", "version"], name="reconciliation_close_once"),
            models.CheckConstraint(
                condition=models.Q(signer=None) | ~models.Q(signer=models.F("preparer")), name="reconciliation_close_two_people"
            ),
        ]
        indexes = [models.Index(fields=["-business_date"], name="reconciliation_close_recent")]

    def __str__(self) -> str:
        return f"{self.business_date}"

    @transition("state", source=S.OPEN, target=S.CLOSING)
    def begin(self) -> None:
        """close.begun"""

    @transition("state", source=S.CLOSING, target=S.PREPARED)
    def prepare(self) -> None:
        """close.prepared"""

    @transition("state", source=S.PREPARED, target=S.SIGNED_OFF)
    def sign_off(self) -> None:
        """close.signed_off"""

    @transition("state", source=[S.CLOSING, S.PREPARED], target=S.OPEN)
    def fall_back(self) -> None:
        """close.reopened: nothing was signed"""


class ProvisionalClose(PublicIdModel):
    """A look at a day that has not ended, or is not closed: the checks of D2 on the day so far. It freezes nothing (D7). Append-only.

    `checklist` as on DailyClose; `totals` as a close would freeze them, movements and balances of that moment.
    """

    PREFIX: ClassVar[str] = "mini_"

    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="provisional_closes")
    business_date = models.DateField()
    taken_at = models.DateTimeField()
    taken_by_kind = CodeField(max_length=16)
    taken_by_id = CodeField(max_length=255)
    missing = models.PositiveIntegerField()
    checklist = models.JSONField()
    totals = models.JSONField()

    class Meta:
        db_table = "reconciliation_provisional_close"
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["entity", "-taken_at"], name="reconciliation_mini_recent")]

    def __str__(self) -> str:
        return f"{self.business_date} as of {self.taken_at:%H:%M} UTC"


class CloseSnapshot(models.Model):
    """What a close froze (D4): totals, the range of the journal, the head of the audit chain, hashes of files. Append-only.

    `audit_signature`: Ed25519 in base64 over the head with day, version and totals (`reconciliation.sealed_days`), at `taken_at`.
    """

    id = models.BigAutoField(primary_key=True)
    close = models.ForeignKey(DailyClose, on_delete=models.PROTECT, related_name="snapshots")
    taken_at = models.DateTimeField()
    totals = models.JSONField()
    manifest = models.JSONField(default=dict)
    first_txn = CodeField(max_length=40, blank=True)
    last_txn = CodeField(max_length=40, blank=True)
    audit_head = CodeField(max_length=64, blank=True)
    audit_position = models.BigIntegerField(null=True)
    audit_key_id = CodeField(max_length=64, blank=True)
    audit_signature = CodeField(max_length=256, blank=True)
    sha256 = CodeField(max_length=64)
    signature = models.TextField(blank=True)

    class Meta:
        db_table = "reconciliation_close_snapshot"
        db_table_comment = APPEND_ONLY

    def __str__(self) -> str:
        return self.sha256
