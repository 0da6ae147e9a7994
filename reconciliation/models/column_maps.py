"""Column maps of accounts whose reports or statements come as CSV (R1): data, in versions, in force once a second person approved."""

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from cashier.models import BankAccount, MerchantAccount
from ledger.models.versions import Version


class ColumnMapVersion(Version):
    """One version of the map of one account: of a merchant account for csv_psp, of a bank account for csv_bank.

    `layout` is as reconciliation.formats.column_schema says. `trial`: what the last dry run on a sample gave and
    what its first lines became, with the digest that it ran; a version is sent for approval only
    with a dry run of exactly itself. One is ACTIVE per account.
    """

    PREFIX: ClassVar[str] = "cm_"
    NOUN: ClassVar[str] = "column_map"
    BODY: ClassVar[str] = "layout"

    merchant_account = models.ForeignKey("cashier.MerchantAccount", null=True, on_delete=models.PROTECT, related_name="column_maps")
    bank_account = models.ForeignKey("cashier.BankAccount", null=True, on_delete=models.PROTECT, related_name="column_maps")
    layout = models.JSONField(default=dict)
    trial = models.JSONField(default=dict)
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

    def versions(self) -> "models.QuerySet[ColumnMapVersion]":
        """Those of its account."""
        return versions_of(self.account)


def versions_of(account: MerchantAccount | BankAccount) -> "models.QuerySet[ColumnMapVersion]":
    """Every version of an account's map, newest first."""
    field = "merchant_account" if isinstance(account, MerchantAccount) else "bank_account"
    return ColumnMapVersion.objects.filter(**{field: account}).order_by("-version")
