"""Rows of a report that say that a transfer to our bank came back, and whose transfer it was."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from reconciliation.matching.narrative import transfer_references
from reconciliation.models import PspLine, SettlementBatch
from reconciliation.models.files import BatchState


def bounced_lines(batch: SettlementBatch) -> list[PspLine]:
    """Transfers that bounced, in the file's order; as BATCH_SUMS knows them."""
    transfers = PspLine.objects.filter(batch=batch, bucket=batch.bucket, kind="transfer").annotate(word=Lower("type"))
    return list(transfers.filter(Q(word="bankinstructionreturned") | Q(reverses="transfer")).order_by("pk"))


def bounced_refs(batch: SettlementBatch) -> list[tuple[PspLine, str]]:
    """Each of the lines with the ref of the batch whose transfer came back: the one that the row names, else the one that this batch is
    named after, else the latest before it that the bank has not shown and no other row stands for, of the row's amount where one is."""
    lines = bounced_lines(batch)
    if not lines:
        return []
    sent = SettlementBatch.objects.filter(merchant_account=batch.merchant_account, currency=batch.currency, version=1)
    sent = sent.exclude(pk=batch.pk).select_related("merchant_account")
    origins = {line.pk: _named(line, batch, sent) for line in lines}
    for line in lines:
        if origins[line.pk] is None:
            taken = [origin.pk for origin in origins.values() if origin is not None]
            origins[line.pk] = _latest(sent.exclude(pk__in=taken).filter(business_date__lt=batch.business_date), bounced_minor(line))
    return [(line, (origins[line.pk] or batch).ref) for line in lines]


def bounced_minor(line: PspLine) -> int:
    """What came back, without what the return costs; as BATCH_SUMS sums it."""
    return int(line.net_minor + line.commission_minor + line.markup_minor + line.scheme_minor + line.interchange_minor)


def _named(line: PspLine, batch: SettlementBatch, sent: QuerySet[SettlementBatch]) -> SettlementBatch | None:
    for reference in transfer_references(line.object_reference):
        if (origin := sent.filter(transfer_reference__contains=reference).first()) is not None:
            return origin
    for number in (line.object_reference, batch.number.removesuffix("-ret")):
        if (origin := sent.filter(number=number).first()) is not None:
            return origin
    return None


def _latest(before: QuerySet[SettlementBatch], minor: int) -> SettlementBatch | None:
    latest = before.order_by("-business_date")
    unpaid = latest.filter(state=BatchState.SETTLED)
    return unpaid.filter(payout_minor=minor).first() or unpaid.first() or latest.first()
