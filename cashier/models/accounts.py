"""Accounts at PSPs and banks. Their codes share one namespace, so that `--account CODE` is never ambiguous."""

from typing import Any

from django.db import models, transaction
from simple_history.models import HistoricalRecords

from cashier.models.breakers import CallGuards
from cashier.models.fields import CodeField
from ledger.models.base import PublicIdModel


class AccountCode(models.Model):
    """One row per code of a merchant account or a bank account."""

    code = CodeField(primary_key=True)

    class Meta:
        db_table = "cashier_account_code"

    def __str__(self) -> str:
        return self.code


class CodedAccount(PublicIdModel):
    """An account with a code of the one namespace: saving a new one takes the code, or fails if any account holds it."""

    code = CodeField(unique=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            if self._state.adding:
                AccountCode.objects.create(code=self.code)
            super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.code


class Provider(PublicIdModel):
    """A PSP, with the switch that pauses new captures on all our accounts there (C17). Its row comes with its first account."""

    PREFIX = "pv_"

    code = CodeField(unique=True)
    captures_paused = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        db_table = "cashier_provider"

    def __str__(self) -> str:
        return self.code


class MerchantAccount(CallGuards, CodedAccount):
    """Our account at a PSP, for one legal entity and some of its brands (C16).

    `secret_ref` names the secret in the environment or in a file; the secret itself is never stored here (S4).
    `fee_schedule`: {fee kind: {"percent": "1.40", "fixed_minor": {"EUR": 10}}}, expected costs, and `contract`, what else is agreed:
    both are data for reconciliation only, in the form that cashier.contracts holds them to.
    """

    PREFIX = "ma_"

    class PayoutFunding(models.TextChoices):
        SETTLEMENT = "settlement"
        PREFUND = "prefund"
        BANK = "bank"

    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="merchant_accounts")
    provider = CodeField()
    name = models.CharField(max_length=120, blank=True)
    brands = models.ManyToManyField("cashier.Brand", related_name="merchant_accounts")
    regions = models.JSONField(default=list)
    currencies = models.JSONField(default=list)
    methods = models.JSONField(default=list)
    licences = models.JSONField(default=list, blank=True)  # under which it may take payments, as Brand.licences names them (C10)
    merchant_category = CodeField(max_length=8, blank=True)
    secret_ref = CodeField(max_length=120, unique=True)
    base_url = models.CharField(max_length=300)
    timeout_seconds = models.PositiveSmallIntegerField(default=10)
    concurrency = models.PositiveSmallIntegerField(default=8)
    report_zone = models.CharField(max_length=64, default="UTC")
    payout_funding = CodeField(max_length=16, choices=PayoutFunding.choices, default=PayoutFunding.SETTLEMENT)
    fee_schedule = models.JSONField(default=dict)
    contract = models.JSONField(default=dict, blank=True)
    captures_paused = models.BooleanField(default=False)  # by its own switch or by its provider's: what everyone asks
    paused_alone = models.BooleanField(default=False)  # its own switch (C17)
    is_active = models.BooleanField(default=True)
    rank = models.PositiveSmallIntegerField(default=100)
    history = HistoricalRecords()

    class Meta:
        db_table = "cashier_merchant_account"
        permissions = [
            ("pause_captures", "Can pause and resume captures"),
            ("force_breaker", "Can hold a circuit open or closed"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new account at a PSP whose captures are paused begins paused."""
        with transaction.atomic():
            if self._state.adding:
                provider, _ = Provider.objects.get_or_create(code=self.provider)
                self.captures_paused = self.captures_paused or provider.captures_paused
            super().save(*args, **kwargs)


class BankAccount(CodedAccount):
    """An account of ours at a bank. `contract`: what is agreed with it, as on MerchantAccount: {"file_due": "11:00"}."""

    PREFIX = "ba_"

    class StatementFormat(models.TextChoices):
        CAMT053 = "camt053"
        MT940 = "mt940"
        BAI2 = "bai2"
        CSV = "csv_bank"

    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="bank_accounts")
    name = models.CharField(max_length=120, blank=True)
    iban = CodeField(unique=True)
    currency = CodeField(max_length=16)
    statement_format = CodeField(max_length=16, choices=StatementFormat.choices)
    contract = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        db_table = "cashier_bank_account"


class SettlementRoute(models.Model):
    """Where a merchant account pays a currency, and how the payer names itself on our statement."""

    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, related_name="settlement_routes")
    currency = CodeField(max_length=16)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="settlement_routes")
    payer_name = models.CharField(max_length=140, blank=True)
    history = HistoricalRecords()

    class Meta:
        db_table = "cashier_settlement_route"
        constraints = [models.UniqueConstraint(fields=["merchant_account", "currency"], name="cashier_route_once_per_currency")]

    def __str__(self) -> str:
        return f"{self.merchant_account_id} {self.currency}"
