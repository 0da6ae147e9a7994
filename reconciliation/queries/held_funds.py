"""Rows of a report by which a PSP holds one payment back, or gives it back."""

from django.db import connection

from reconciliation.models import PspLine, SettlementBatch
from reconciliation.queries.reserve_calendar import NAMES_PAYMENT

_HELD = f"""
SELECT l.id FROM reconciliation_psp_line l
 WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s AND l.kind = 'reserve' AND {NAMES_PAYMENT} ORDER BY l.id
"""


def held_lines(batch: SettlementBatch) -> list[PspLine]:
    """Reserve rows that name a payment of ours, in the file's order: net below zero is held, above is given back."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"batch": batch.pk, "bucket": batch.bucket, "account": batch.merchant_account_id})
        ids = [pk for (pk,) in cursor.fetchall()]
    return list(PspLine.objects.filter(pk__in=ids, bucket=batch.bucket).order_by("pk"))
