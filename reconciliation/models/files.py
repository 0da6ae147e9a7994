"""What was received: files, and the batches and statements inside them (R1, R2).

RECEIVED ─ load ─> LOADED
RECEIVED ─ refuse ─> REFUSED ─ retry ─> RECEIVED
"""

from typing import ClassVar

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from ledger.models.base import PublicIdModel
from ledger.models.state_field import StateField
from reconciliation.models.fields import CodeField, MinorUnitsField


class FileState(models.TextChoices):
    RECEIVED = "RECEIVED"
    LOADED = "LOADED"
    REFUSED = "REFUSED"


class SourceFile(FSMModelMixin, PublicIdModel):
    """A file as it was received; its bytes lie under FILES_DIR by their SHA-256. The same bytes from one source are one row.

    `result` is the object that `ingest` prints; `bucket` the partition that holds its lines; `merchant_account` or
    `bank_account` is set once it is loaded (a bank file of many accounts: the first).
    """

    PREFIX: ClassVar[str] = "file_"
    State = FileState

    source = CodeField(max_length=32)
    name = models.CharField(max_length=255)
    sha256 = CodeField(max_length=64)
    byte_size = models.BigIntegerField()
    encoding = CodeField(max_length=24, blank=True)
    storage_path = models.CharField(max_length=255)
    state = StateField(max_length=16, choices=FileState.choices, default=FileState.RECEIVED, protected=True)
    account_hint = CodeField(blank=True, help_text="The account code given with the file.")
    merchant_account = models.ForeignKey("cashier.MerchantAccount", null=True, on_delete=models.PROTECT, related_name="source_files")
    bank_account = models.ForeignKey("cashier.BankAccount", null=True, on_delete=models.PROTECT, related_name="source_files")
    bucket = models.BigIntegerField(null=True)
    lines = models.BigIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.JSONField(null=True)
    received_at = models.DateTimeField()
    received_by_kind = CodeField(max_length=16)
    received_by_id = CodeField(max_length=255)
    loaded_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_source_file_history")

    class Meta:
        db_table = "reconciliation_source_file"
        permissions = [("load_file", "Can upload and load files")]
        constraints = [models.UniqueConstraint(fields=["source", "sha256"], name="reconciliation_file_once")]
        indexes = [models.Index(fields=["-received_at"], name="reconciliation_file_recent")]

    def __str__(self) -> str:
        return self.name

    @transition("state", source=FileState.RECEIVED, target=FileState.LOADED)
    def load(self) -> None:
        """file.loaded"""

    @transition("state", source=FileState.RECEIVED, target=FileState.REFUSED)
    def refuse(self) -> None:
        """file.refused"""

    @transition("state", source=FileState.REFUSED, target=FileState.RECEIVED)
    def retry(self) -> None:
        """file.received again"""


class BatchState(models.TextChoices):
    LOADED = "LOADED"
    HELD = "HELD"
    SETTLED = "SETTLED"
    PAID = "PAID"


class SettlementBatch(FSMModelMixin, PublicIdModel):
    """One payout of a PSP: one account, batch number and net currency (POSTINGS.md 3.5).

        LOADED ─ settle ─> SETTLED ─ pay ─> PAID          LOADED ─ hold ─> HELD ─ release ─> LOADED
                           SETTLED <─ unpay ─ PAID

    `payout_minor` is what its transfer lines say is sent to our bank (negative: collected from it); `carried_minor` what goes to
    the next batch; `paid_minor` what the bank showed. `totals`: {kind: {"count", "debit_minor", "credit_minor"}} of net amounts.
    A version above 1 is a restated report: held and compared with the one before; its difference is posted by a run.
    """

    PREFIX: ClassVar[str] = "sb_"
    State = BatchState

    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.PROTECT, related_name="settlement_batches")
    number = CodeField(max_length=32)
    currency = CodeField(max_length=16)
    version = models.PositiveSmallIntegerField(default=1)
    source_file = models.ForeignKey(SourceFile, on_delete=models.PROTECT, related_name="batches")
    state = StateField(max_length=16, choices=BatchState.choices, default=BatchState.LOADED, protected=True)
    bucket = models.BigIntegerField()
    lines = models.BigIntegerField(default=0)
    business_date = models.DateField()
    payout_date = models.DateField(null=True)
    due_date = models.DateField(null=True)
    payout_minor = MinorUnitsField(default=0)
    carried_minor = MinorUnitsField(default=0)
    paid_minor = MinorUnitsField(default=0)
    transfer_reference = models.CharField(max_length=200, blank=True)
    totals = models.JSONField(default=dict)
    taxes = models.JSONField(default=dict, help_text="Tax on fees, inside the fee of each kind: minor units, positive a cost.")
    posted_txn = CodeField(max_length=40, blank=True)
    settled_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_batch_history")

    class Meta:
        db_table = "reconciliation_batch"
        verbose_name_plural = "settlement batches"
        constraints = [
            models.UniqueConstraint(fields=["merchant_account", "number", "currency", "version"], name="reconciliation_batch_once")
        ]
        indexes = [models.Index(fields=["merchant_account", "business_date"], name="reconciliation_batch_by_day")]

    def __str__(self) -> str:
        return f"{self.merchant_account.code} batch {self.number} {self.currency}"

    @property
    def ref(self) -> str:
        """What its journal entries clear against: "batch:ma_…:38:EUR"."""
        return f"batch:{self.merchant_account.public_id}:{self.number}:{self.currency}"

    @transition("state", source=BatchState.LOADED, target=BatchState.HELD)
    def hold(self) -> None:
        """batch.held: its lines don't sum to its payout"""

    @transition("state", source=BatchState.HELD, target=BatchState.LOADED)
    def release(self) -> None:
        """batch.released"""

    @transition("state", source=BatchState.LOADED, target=BatchState.SETTLED)
    def settle(self) -> None:
        """batch.settled"""

    @transition("state", source=BatchState.SETTLED, target=BatchState.PAID)
    def pay(self) -> None:
        """bank.settlement_matched"""

    @transition("state", source=BatchState.PAID, target=BatchState.SETTLED)
    def unpay(self) -> None:
        """bank.unmatched"""


class BankStatement(models.Model):
    """One statement of one bank account: opening plus booked lines is closing. Never changed; no history."""

    id = models.BigAutoField(primary_key=True)
    source_file = models.ForeignKey(SourceFile, on_delete=models.PROTECT, related_name="statements")
    bank_account = models.ForeignKey("cashier.BankAccount", on_delete=models.PROTECT, related_name="statements")
    index = models.PositiveIntegerField()
    number = CodeField(max_length=40, blank=True)
    currency = CodeField(max_length=16)
    opening_minor = MinorUnitsField()
    closing_minor = MinorUnitsField()
    opening_date = models.DateField(null=True)
    closing_date = models.DateField(null=True)
    lines = models.PositiveIntegerField()
    bucket = models.BigIntegerField()
    loaded_at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_statement"
        constraints = [models.UniqueConstraint(fields=["source_file", "index"], name="reconciliation_statement_once")]
        indexes = [models.Index(fields=["bank_account", "closing_date", "id"], name="reconciliation_statement_day")]

    def __str__(self) -> str:
        return f"{self.bank_account.code} {self.number}"
