"""Lines of reports and statements, normalised (R3). The tables are partitioned by LIST(bucket); see migrations/sql/lines.sql.

The raw line is line `line_number` of the stored file (`reconciliation.queries.raw_line`). Lines are written once, by COPY.
"""

from django.db import models

from reconciliation.models.fields import CodeField, MinorUnitsField


class PspLine(models.Model):
    """A line of a settlement report.

    Amounts are signed as the PSP settles them: positive in our favour. gross - fees = net where both currencies are the same;
    fees positive are a cost. `reference_kind`/`reference_id` is the merchant reference decoded ("pi", "po"), `object_kind`/`object_id`
    our reference of the capture or refund itself ("cap", "rf"); empty and null where it is none of ours in form. `psp_reference`
    names the payment at the PSP, `object_reference` its capture, refund, payout or dispute there.
    """

    class Kind(models.TextChoices):
        SALE = "sale"
        REFUND = "refund"
        PAYOUT = "payout"
        CHARGEBACK = "chargeback"
        REVERSAL = "reversal"
        FEE = "fee"
        RESERVE = "reserve"
        BALANCE_TRANSFER = "balance_transfer"
        ADJUSTMENT = "adjustment"
        FX = "fx"
        TRANSFER = "transfer"
        UNKNOWN = "unknown"

    id = models.BigAutoField(primary_key=True)
    bucket = models.BigIntegerField()
    batch = models.ForeignKey(
        "reconciliation.SettlementBatch", on_delete=models.PROTECT, related_name="psp_lines", db_constraint=False, db_index=False
    )
    line_number = models.IntegerField()
    kind = CodeField(max_length=20, choices=Kind.choices)
    type = CodeField(max_length=60)
    reverses = CodeField(max_length=20, blank=True)
    merchant_reference = CodeField(max_length=120)
    object_merchant_reference = CodeField(max_length=120)
    psp_reference = CodeField(max_length=80)
    object_reference = CodeField(max_length=200)
    reference_kind = CodeField(max_length=4)
    reference_id = models.UUIDField(null=True)
    object_kind = CodeField(max_length=4)
    object_id = models.UUIDField(null=True)
    method = CodeField(max_length=40)
    gross_currency = CodeField(max_length=16)
    gross_minor = MinorUnitsField()
    net_currency = CodeField(max_length=16)
    net_minor = MinorUnitsField()
    commission_minor = MinorUnitsField()
    markup_minor = MinorUnitsField()
    scheme_minor = MinorUnitsField()
    interchange_minor = MinorUnitsField()
    exchange_rate = models.DecimalField(max_digits=38, decimal_places=18, null=True)
    created_at = models.DateTimeField()
    business_date = models.DateField()

    class Meta:
        db_table = "reconciliation_psp_line"
        managed = False

    def __str__(self) -> str:
        return f"{self.type} {self.object_reference or self.psp_reference}"

    @property
    def fees_minor(self) -> int:
        """All fees of the line in net currency, positive a cost."""
        return int(self.commission_minor + self.markup_minor + self.scheme_minor + self.interchange_minor)


class LineTax(models.Model):
    """Tax inside what a settlement line costs, where its report states it: minor units of the batch, positive a cost. Written once."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey("reconciliation.SettlementBatch", on_delete=models.PROTECT, related_name="line_taxes", db_index=False)
    line_number = models.IntegerField()
    tax_minor = MinorUnitsField()

    class Meta:
        db_table = "reconciliation_line_tax"
        verbose_name = "tax of a line"
        verbose_name_plural = "taxes of lines"
        constraints = [models.UniqueConstraint(fields=["batch", "line_number"], name="reconciliation_line_tax_once")]

    def __str__(self) -> str:
        return f"line {self.line_number}"


class BankLine(models.Model):
    """A booked entry of a bank statement. `amount_minor` is signed: money in positive. Pending entries are never stored."""

    id = models.BigAutoField(primary_key=True)
    bucket = models.BigIntegerField()
    statement = models.ForeignKey(
        "reconciliation.BankStatement", on_delete=models.PROTECT, related_name="bank_lines", db_constraint=False, db_index=False
    )
    bank_account = models.ForeignKey(
        "cashier.BankAccount", on_delete=models.PROTECT, related_name="bank_lines", db_constraint=False, db_index=False
    )
    line_number = models.IntegerField()
    index = models.IntegerField()
    currency = CodeField(max_length=16)
    amount_minor = MinorUnitsField()
    booked_date = models.DateField()
    value_date = models.DateField(null=True)
    bank_reference = CodeField(max_length=120)
    end_to_end = CodeField(max_length=120)
    transaction_code = CodeField(max_length=40)
    counterparty = models.TextField()
    narrative = models.TextField()
    is_reversal = models.BooleanField()
    charges_minor = MinorUnitsField(default=0)

    class Meta:
        db_table = "reconciliation_bank_line"
        managed = False

    def __str__(self) -> str:
        return f"{self.booked_date} {self.amount_minor} {self.currency} {self.narrative[:40]}"

    @property
    def ref(self) -> str:
        """What its journal entries name: "bl:123"."""
        return f"bl:{self.pk}"
