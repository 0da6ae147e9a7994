"""What of a batch's own currency a PSP converted, with the other side of each (L15)."""

from datetime import datetime
from typing import Any

from django.db import connection

from reconciliation.models import Match, PspLine, SettlementBatch

# Base amounts of paired legs, by the currency on the other side. Parameters: batch, bucket.
_SUMS = """
SELECT m.compared->>'other_currency', count(*),
       sum(l.net_minor + l.commission_minor + l.markup_minor + l.scheme_minor + l.interchange_minor),
       sum((m.compared->>'other_minor')::numeric), max(l.created_at)
  FROM reconciliation_match m JOIN reconciliation_psp_line l ON l.id = m.line_id AND l.batch_id = %(batch)s AND l.bucket = %(bucket)s
 WHERE m.line_kind = 'psp' AND m.item_kind = 'conversion' AND m.undone_at IS NULL AND m.batch_id = %(batch)s
 GROUP BY 1 ORDER BY 1
"""


def list_conversions(batch: SettlementBatch) -> list[dict[str, Any]]:
    """As BATCH_SETTLED@4 reads it: [{other, lines, minor, other_minor, source, quoted_at}], signed as the PSP moved it in our favour."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"batch": batch.pk, "bucket": batch.bucket})
        return [_row(batch, *row) for row in cursor.fetchall()]


def conversion_of(line: PspLine, match: Match) -> dict[str, Any]:
    """The row of one leg, paired by this match."""
    base = line.net_minor + line.commission_minor + line.markup_minor + line.scheme_minor + line.interchange_minor
    told = match.compared or {}
    return _row(line.batch, told["other_currency"], 1, base, told["other_minor"], line.created_at)


def _row(batch: SettlementBatch, other: str, lines: int, minor: Any, other_minor: Any, at: datetime) -> dict[str, Any]:
    return {
        "other": other, "lines": lines, "minor": int(minor), "other_minor": int(other_minor), "quoted_at": at.isoformat(),
        "source": f"psp:{batch.merchant_account.code}:{batch.source_file.sha256}",
    }  # fmt: skip
