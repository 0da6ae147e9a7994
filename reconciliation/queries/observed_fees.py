"""What sales cost by their settlement lines, for the routing of deposits (C10): answers the notice "routing.fees"."""

from datetime import datetime
from typing import Any

from django.db import connection

# The method is our own, of the deposit that the line names: each PSP has words of its own for it. A line whose fee is in another
# currency than its sale says nothing of the share.
_FEES = """
SELECT b.merchant_account_id, i.method, l.gross_currency AS currency, count(*) AS lines, sum(l.gross_minor) AS gross_minor,
       sum(l.commission_minor + l.markup_minor + l.scheme_minor + l.interchange_minor) AS fee_minor
  FROM reconciliation_psp_line l
  JOIN reconciliation_batch b ON b.id = l.batch_id AND b.version = 1
  JOIN cashier_deposit_intent i ON i.id = l.reference_id
 WHERE l.kind = 'sale' AND l.reference_kind = 'pi' AND l.gross_currency = l.net_currency AND l.gross_minor > 0
   AND l.business_date >= %s
 GROUP BY 1, 2, 3
"""


def observed_fees(*, since: datetime) -> list[dict[str, Any]]:
    """One row per merchant account, method and currency: {merchant_account_id, method, currency, lines, gross_minor, fee_minor}."""
    with connection.cursor() as cursor:
        cursor.execute(_FEES, [since.date()])
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
