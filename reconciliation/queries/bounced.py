"""Rows of a report that say that a transfer to our bank came back."""

from django.db.models import Q
from django.db.models.functions import Lower

from reconciliation.models import PspLine, SettlementBatch


def bounced_lines(batch: SettlementBatch) -> list[PspLine]:
    """Transfers that bounced, in the file's order; as BATCH_SUMS knows them."""
    transfers = PspLine.objects.filter(batch=batch, bucket=batch.bucket, kind="transfer").annotate(word=Lower("type"))
    return list(transfers.filter(Q(word="bankinstructionreturned") | Q(reverses="transfer")).order_by("pk"))
