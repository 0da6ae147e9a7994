"""What a PSP says happened to payments (R1, R4): rows of its activity exports. Nothing of them is posted; they are written once."""

from django.db import models

from reconciliation.models.fields import CodeField, MinorUnitsField


class Activity(models.Model):
    """One event of a payment as the PSP's own register has it (formats.values.PspEvent).

    `kind` is one of EVENT_KINDS. `amount_minor` is what moved, above zero, in `currency`, the one that was charged.
    `psp_reference` names the payment, `object_reference` its capture or refund at the PSP (the payment itself where the export names none);
    `reference_kind`/`reference_id` and `object_kind`/`object_id` are our references decoded, as on PspLine.
    """

    id = models.BigAutoField(primary_key=True)
    source_file = models.ForeignKey("reconciliation.SourceFile", on_delete=models.PROTECT, related_name="activities")
    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.PROTECT, related_name="activities", db_index=False)
    line_number = models.IntegerField()
    kind = CodeField(max_length=24)
    record_type = CodeField(max_length=60)
    merchant_reference = CodeField(max_length=120)
    psp_reference = CodeField(max_length=80)
    object_reference = CodeField(max_length=200)
    reference_kind = CodeField(max_length=4)
    reference_id = models.UUIDField(null=True)
    object_kind = CodeField(max_length=4)
    object_id = models.UUIDField(null=True)
    currency = CodeField(max_length=16)
    amount_minor = MinorUnitsField()
    booked_at = models.DateTimeField()
    business_date = models.DateField()

    class Meta:
        db_table = "reconciliation_activity"
        verbose_name_plural = "activities"
        indexes = [
            models.Index(fields=["merchant_account", "business_date"], name="reconciliation_activity_day"),
            models.Index(fields=["merchant_account", "psp_reference"], name="reconciliation_activity_psp"),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.object_reference}"
