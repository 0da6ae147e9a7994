"""Matches: which line proves which item, by which rule (R5, R6), and lines that wait in suspense (R8)."""

from uuid import UUID

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from ledger.ids import to_public
from reconciliation.models.fields import CodeField, MinorUnitsField

ITEM_PREFIXES = {
    "capture": "cap_",
    "refund": "rf_",
    "refund_reversal": "rf_",
    "payout": "po_",
    "payout_return": "po_",
    "dispute": "dp_",
    "batch": "sb_",
}


def ref_of_item(kind: str, item_id: UUID, part: int) -> str:
    """What the entries of a match's item name. Of a dispute, part 2n - 1 is its n-th debit and 2n its n-th credit: movement n."""
    ref = to_public(ITEM_PREFIXES.get(kind, "cap_"), item_id)
    if kind == "dispute":
        return f"{ref}:{(part + 1) // 2}"
    return f"{ref}:returned" if kind == "payout_return" else ref


class Match(models.Model):
    """One line paired with one item: a capture, refund, payout, payout return, dispute movement, batch, fee or classification.

    A line is consumed once and an item is consumed once: two partial UNIQUE indexes over what is not undone. Where a payout comes
    in parts, `item_part` counts them; of a dispute it is 2n-1 for its n-th debit and 2n for its n-th credit. Where one bank line pays
    several payouts, `line_part` counts them from 0, each with its share in `line_minor`: the first excludes any other use of the line.
    A bank line that is only classified (a charge, not of these books) has no item: `item_id` is null. `rule` is a name with version
    ("sale.object@1"); the fields that it compares are in `reconciliation.matching.rules`, their values are on the line and on the
    item; `compared` holds those that a secondary rule read. `difference_minor` is line less item.
    A match that is undone stays, with who, when and why.
    """

    id = models.BigAutoField(primary_key=True)
    rule = CodeField(max_length=48)
    line_kind = CodeField(max_length=4)  # "psp" | "bank"
    line_id = models.BigIntegerField()
    item_kind = CodeField(max_length=20)
    item_id = models.UUIDField(null=True)
    item_part = models.SmallIntegerField(default=0)
    line_part = models.SmallIntegerField(default=0, db_default=0)
    # No foreign keys in the database: a million rows would queue two checks each; the run makes both rows before it matches.
    batch = models.ForeignKey(
        "reconciliation.SettlementBatch", null=True, on_delete=models.PROTECT, related_name="matches", db_index=False, db_constraint=False
    )
    run = models.ForeignKey(
        "reconciliation.ReconciliationRun", on_delete=models.PROTECT, related_name="matches", db_index=False, db_constraint=False
    )
    currency = CodeField(max_length=16)
    line_minor = MinorUnitsField()
    difference_minor = MinorUnitsField(default=0)
    compared = models.JSONField(null=True)
    suggested = models.BooleanField(default=False)
    matched_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by_kind = CodeField(max_length=16, blank=True)
    undone_by_id = CodeField(max_length=255, blank=True)
    undone_reason = models.TextField(blank=True)

    class Meta:
        db_table = "reconciliation_match"
        verbose_name_plural = "matches"
        indexes = [
            # Matches of a batch lie together, and batch ids grow: a range index costs nothing while a million rows come in.
            BrinIndex(fields=["batch"], name="reconciliation_match_batch", autosummarize=True),
            models.Index(fields=["batch", "id"], name="reconciliation_match_differs", condition=~models.Q(difference_minor=0)),
            # Few beside the lines of reports: the list finds them without walking past a million.
            models.Index(fields=["-id"], name="reconciliation_match_bank", condition=models.Q(line_kind="bank")),
            models.Index(fields=["-id"], name="reconciliation_match_apart", condition=models.Q(undone_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["line_id", "line_kind", "line_part"], condition=models.Q(undone_at=None), name="match_consumes_line_once"
            ),
            models.UniqueConstraint(
                fields=["item_id", "item_part", "item_kind"], condition=models.Q(undone_at=None), name="match_consumes_item_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.line_kind}:{self.line_id} {self.item_public_id or self.item_kind}"

    @property
    def item_public_id(self) -> str:
        """Public id of the item, as its own screens know it; empty where a line is only classified."""
        prefix = ITEM_PREFIXES.get(self.item_kind)
        return to_public(prefix, self.item_id) if prefix and self.item_id else ""


class SuspenseItem(models.Model):
    """A line whose value was put to suspense when it was posted: every unit of suspense is an open case (POSTINGS.md section 2).

    `amount_minor` is the entry posted to suspense (debit positive); `cleared_txn` the transaction that took it out again.
    """

    id = models.BigAutoField(primary_key=True)
    line_kind = CodeField(max_length=4)
    line_id = models.BigIntegerField()
    holder = CodeField(max_length=40)
    merchant_account = models.ForeignKey("cashier.MerchantAccount", null=True, on_delete=models.PROTECT, related_name="suspense_items")
    bank_account = models.ForeignKey("cashier.BankAccount", null=True, on_delete=models.PROTECT, related_name="suspense_items")
    currency = CodeField(max_length=16)
    amount_minor = MinorUnitsField()
    reason_code = CodeField(max_length=64)
    placed_txn = CodeField(max_length=40)
    placed_at = models.DateTimeField()
    cleared_txn = CodeField(max_length=40, blank=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reconciliation_suspense_item"
        constraints = [models.UniqueConstraint(fields=["line_kind", "line_id"], name="reconciliation_suspense_once")]
        indexes = [models.Index(fields=["holder", "currency"], condition=models.Q(cleared_at=None), name="reconciliation_suspense_open")]

    def __str__(self) -> str:
        return f"{self.line_kind}:{self.line_id} {self.amount_minor} {self.currency}"

    @property
    def ref(self) -> str:
        """What its journal entries name: "line:psp:123"."""
        return f"line:{self.line_kind}:{self.line_id}"
