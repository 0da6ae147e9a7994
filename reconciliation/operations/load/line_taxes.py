"""Tax on the fees of single lines, where a report states it (R12): kept beside the lines, for the audit of fees takes it out."""

from collections.abc import Iterable

from django.db import connection

from reconciliation.bulk.parts import Noted
from reconciliation.models import SettlementBatch

CHUNK = 10_000
_STORE = """
INSERT INTO reconciliation_line_tax (batch_id, line_number, tax_minor)
SELECT %s, line_number, tax_minor FROM unnest(%s::int[], %s::bigint[]) told(line_number, tax_minor)
"""


def store_line_taxes(noted: Noted, batches: Iterable[SettlementBatch]) -> None:
    """Write what was noted of these batches' lines."""
    with connection.cursor() as cursor:
        for batch in batches:
            numbers, minors = noted.line_taxes.get((batch.number, batch.currency), ((), ()))
            for start in range(0, len(numbers), CHUNK):
                cursor.execute(_STORE, [batch.pk, list(numbers[start : start + CHUNK]), list(minors[start : start + CHUNK])])
