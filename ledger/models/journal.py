"""Accounts and the journal: append-only, kept by triggers (L1, L2; migrations/sql/)."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Least, Now
from django.db.models.lookups import GreaterThanOrEqual

from ledger.chart import CHART, WALLET_KINDS
from ledger.models.base import APPEND_ONLY, MinorUnitsField, PublicIdModel
from ledger.models.entities import LegalEntity


class Account(models.Model):
    """One kind of money, of one holder, in one asset, in the books of one entity (L5)."""

    id = models.BigAutoField(primary_key=True)
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="accounts", db_index=False)
    kind = models.CharField(max_length=32, db_collation="C")
    owner_ref = models.CharField(max_length=64, db_collation="C")
    asset = models.CharField(max_length=16, db_collation="C")

    class Meta:
        db_table = "ledger_account"
        db_table_comment = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(fields=["owner_ref", "asset", "kind", "entity"], name="ledger_account_once"),
            models.CheckConstraint(condition=models.Q(kind__in=sorted(CHART)), name="ledger_account_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}[{self.owner_ref}] {self.asset}"


class JournalTransaction(PublicIdModel):
    """One movement of money, posted once (L3), with all that its rule read (L8, L20)."""

    PREFIX: ClassVar[str] = "txn_"

    posting_key = models.CharField(max_length=200, db_collation="C")
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    rule = models.CharField(max_length=64, db_collation="C")
    kind = models.CharField(max_length=64, db_collation="C")
    currency = models.CharField(max_length=16, db_collation="C")
    source = models.JSONField()
    fingerprint = models.CharField(max_length=64, db_collation="C")
    payload_sha256 = models.CharField(max_length=64, blank=True, db_collation="C")
    intent_ref = models.CharField(max_length=64, blank=True, db_collation="C")
    player_ref = models.CharField(max_length=64, blank=True, db_collation="C")
    business_date = models.DateField()
    corrects_date = models.DateField(null=True)
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, db_index=False, related_name="reversed_by")
    actor_kind = models.CharField(max_length=8, db_collation="C")
    actor_id = models.CharField(max_length=128, db_collation="C")
    trace_id = models.CharField(max_length=128, blank=True, db_collation="C")
    occurred_at = models.DateTimeField()
    posted_at = models.DateTimeField(help_text="The product's clock.")
    created_at = models.DateTimeField(db_default=Now(), help_text="The database's clock.")
    xact_id = models.BigIntegerField(help_text="The database transaction that wrote it; entries come in the same one or never.")

    class Meta:
        db_table = "ledger_journal_transaction"
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["posting_key"], name="ledger_txn_key_once")]
        indexes = [
            models.Index(fields=["intent_ref", "id"], name="ledger_txn_intent", condition=~models.Q(intent_ref="")),
            models.Index(fields=["player_ref", "id"], name="ledger_txn_player", condition=~models.Q(player_ref="")),
            BrinIndex(fields=["business_date"], name="ledger_txn_day", autosummarize=True),
            models.Index(fields=["reverses"], name="ledger_txn_reverses", condition=models.Q(reverses__isnull=False)),
        ]


class Entry(models.Model):
    """One line of a transaction: debit positive, credit negative. Existence of account and transaction is the trigger's check."""

    id = models.BigAutoField(primary_key=True)
    transaction = models.ForeignKey(
        JournalTransaction, on_delete=models.PROTECT, related_name="entries", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries", db_index=False, db_constraint=False)
    asset = models.CharField(max_length=16, db_collation="C")
    amount_minor = MinorUnitsField()
    business_date = models.DateField()
    ref = models.CharField(max_length=120, blank=True, db_collation="C")
    label = models.CharField(max_length=64, blank=True, db_collation="C")

    class Meta:
        db_table = "ledger_entry"
        db_table_comment = APPEND_ONLY
        constraints = [models.CheckConstraint(condition=~models.Q(amount_minor=0), name="ledger_entry_not_zero")]
        indexes = [
            models.Index(fields=["transaction"], name="ledger_entry_transaction"),
            models.Index(fields=["account", "id"], include=["amount_minor"], name="ledger_entry_account"),
            models.Index(fields=["ref", "account"], name="ledger_entry_ref", condition=~models.Q(ref="")),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_minor}"


class Wallet(models.Model):
    """The balance row of one player in one asset: never below zero, locked before it is read (L6). Signs as shown to people."""

    id = models.BigAutoField(primary_key=True)
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    owner_ref = models.CharField(max_length=64, db_collation="C")
    asset = models.CharField(max_length=16, db_collation="C")
    playable_minor = MinorUnitsField(default=0)
    pending_minor = MinorUnitsField(default=0)
    locked_minor = MinorUnitsField(default=0)
    bonus_minor = MinorUnitsField(default=0)
    receivable_minor = MinorUnitsField(default=0)

    class Meta:
        db_table = "ledger_wallet"
        constraints = [
            models.UniqueConstraint(fields=["owner_ref", "asset", "entity"], name="ledger_wallet_once"),
            # One expression, not five: each constraint is read and compiled anew by every statement that posts.
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Least(*(f"{kind}_minor" for kind in WALLET_KINDS)), 0),
                name="ledger_wallet_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_ref} {self.asset}"


class Checkpoint(models.Model):
    """Balance of a house account over all its entries up to `entry_id`, none of which can be in flight (L7).

    `business_until` and `posted_until`: the latest business day and the latest moment of posting among these entries, so that a
    balance as of a day or an instant in the past may begin here (L13). Null in one written before they were kept.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="checkpoints")
    entry_id = models.BigIntegerField()
    balance_minor = MinorUnitsField()
    business_until = models.DateField(null=True)
    posted_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ledger_checkpoint"
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["account", "entry_id"], name="ledger_checkpoint_once")]
        indexes = [models.Index(fields=["entry_id"], name="ledger_checkpoint_entry")]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.entry_id}"


__all__ = ["Account", "Checkpoint", "Entry", "JournalTransaction", "Wallet"]
