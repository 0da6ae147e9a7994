"""Column maps of accounts whose reports or statements come as CSV (R1): data, in versions, in force once a second person approved.

DRAFT ─ submit ─> WAITING ─ activate ─> ACTIVE ─ retire ─> RETIRED
WAITING ─ send_back ─> DRAFT; DRAFT ─ drop ─> DROPPED
"""

from typing import ClassVar

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from cashier.models import BankAccount, MerchantAccount
from ledger.models.base import PublicIdModel
from ledger.models.state_field import StateField
from reconciliation.models.fields import CodeField


class ColumnMapState(models.TextChoices):
    DRAFT = "DRAFT"
    WAITING = "WAITING"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"
    DROPPED = "DROPPED"


class ColumnMapVersion(FSMModelMixin, PublicIdModel):
    """One version of the map of one account: of a merchant account for csv_psp, of a bank account for csv_bank.

    `layout` is as reconciliation.formats.column_schema says. `digest` is of the layout. `trial`: what the last dry run on a sample gave and
    what its first lines became, with the digest that it ran; a version is sent for approval only
    with a dry run of exactly itself. One is ACTIVE per account.
    """

    PREFIX: ClassVar[str] = "cm_"
    State = ColumnMapState

    merchant_account = models.ForeignKey("cashier.MerchantAccount", null=True, on_delete=models.PROTECT, related_name="column_maps")
    bank_account = models.ForeignKey("cashier.BankAccount", null=True, on_delete=models.PROTECT, related_name="column_maps")
    version = models.PositiveIntegerField()
    state = StateField(max_length=16, choices=ColumnMapState.choices, default=ColumnMapState.DRAFT, protected=True)
    layout = models.JSONField(default=dict)
    digest = CodeField(max_length=64)
    trial = models.JSONField(default=dict)
    maker_kind = CodeField(max_length=16)
    maker_id = CodeField(max_length=255)
    activated_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_column_map_history")

    class Meta:
        db_table = "reconciliation_column_map"
        verbose_name = "column map"
        verbose_name_plural = "column maps"
        permissions = [("propose_column_map", "Can draft column maps"), ("approve_column_map", "Can approve column maps")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(merchant_account__isnull=True) ^ models.Q(bank_account__isnull=True), name="reconciliation_map_of_one"
            ),
            models.UniqueConstraint(fields=["merchant_account", "version"], name="reconciliation_map_psp_once"),
            models.UniqueConstraint(fields=["bank_account", "version"], name="reconciliation_map_bank_once"),
            models.UniqueConstraint(
                fields=["merchant_account"], condition=models.Q(state="ACTIVE"), name="reconciliation_map_psp_active"
            ),
            models.UniqueConstraint(fields=["bank_account"], condition=models.Q(state="ACTIVE"), name="reconciliation_map_bank_active"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.account.code} map v{self.version}"

    @property
    def account(self) -> MerchantAccount | BankAccount:
        """Whose files it reads."""
        found = self.merchant_account or self.bank_account
        assert found is not None
        return found

    @property
    def source(self) -> str:
        """The format whose files it reads."""
        return "csv_psp" if self.merchant_account_id else "csv_bank"

    @transition("state", source=ColumnMapState.DRAFT, target=ColumnMapState.WAITING)
    def submit(self) -> None:
        """column_map.submitted"""

    @transition("state", source=ColumnMapState.WAITING, target=ColumnMapState.DRAFT)
    def send_back(self) -> None:
        """column_map.sent_back"""

    @transition("state", source=ColumnMapState.WAITING, target=ColumnMapState.ACTIVE)
    def activate(self) -> None:
        """column_map.activated"""

    @transition("state", source=ColumnMapState.ACTIVE, target=ColumnMapState.RETIRED)
    def retire(self) -> None:
        """column_map.retired"""

    @transition("state", source=ColumnMapState.DRAFT, target=ColumnMapState.DROPPED)
    def drop(self) -> None:
        """column_map.dropped"""
