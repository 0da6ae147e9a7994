"""The rates at which a PSP settled items charged in other currencies (L15): what stands on the batch's own lines."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection

from ledger.money import get_asset
from reconciliation.models import PspLine, SettlementBatch

# As BATCH_SUMS puts lines of an item in another currency into `foreign`: base is net and the fees in net currency. What is from before our
# time names no item, and is in no other currency here.
_RATES = """
SELECT l.gross_currency, l.exchange_rate, count(*), sum(l.gross_minor), max(l.created_at),
       sum(l.net_minor + l.commission_minor + l.markup_minor + l.scheme_minor + l.interchange_minor)
  FROM reconciliation_psp_line l
 WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s AND NOT l.id = ANY(%(waiting)s) AND l.gross_currency <> %(currency)s
   AND l.kind = ANY(%(kinds)s::text[])
   AND NOT EXISTS (SELECT FROM reconciliation_match m
                    WHERE m.item_id IS NULL AND starts_with(m.item_kind, 'legacy_') AND m.line_kind = 'psp' AND m.line_id = l.id
                      AND m.undone_at IS NULL)
 GROUP BY 1, 2 ORDER BY 1, 2
"""
_KINDS = ["sale", "refund", "payout", "chargeback", "reversal"]


def list_rates(batch: SettlementBatch, waiting: list[int]) -> list[dict[str, Any]]:
    """Per asset and stated rate: how much was converted at it. As the rule BATCH_SETTLED@2 reads it; "" where a line states no rate.

    A PSP states the rate that it applied and no middle rate, so `mid` and `spread` are "".
    """
    params: dict[str, Any] = {"batch": batch.pk, "bucket": batch.bucket, "waiting": waiting, "currency": batch.currency, "kinds": _KINDS}
    with connection.cursor() as cursor:
        cursor.execute(_RATES, params)
        return [_rate(batch, *row) for row in cursor.fetchall()]


def rate_of(line: PspLine) -> dict[str, Any]:
    """The row of one line that was charged in another currency."""
    base = int(line.net_minor + line.commission_minor + line.markup_minor + line.scheme_minor + line.interchange_minor)
    return _rate(line.batch, line.gross_currency, line.exchange_rate, 1, int(line.gross_minor), line.created_at, base)


def _rate(
    batch: SettlementBatch, asset: str, rate: Decimal | None, lines: int, gross: int, at: datetime | None, base: int
) -> dict[str, Any]:
    gross, base = int(gross), int(base)
    text = "" if rate is None else format(rate.normalize(), "f")
    return {
        "asset": asset, "lines": lines, "gross_minor": gross, "base_minor": base, "rate": text, "mid": "", "spread": "",
        "fraction": str(_exact(gross, asset, batch.currency, rate) - base) if rate is not None else "",
        "rounding": "psp", "source": f"psp:{batch.merchant_account.code}:{batch.source_file.sha256}",
        "quoted_at": at.astimezone(UTC).isoformat() if at else batch.business_date.isoformat(),
    }  # fmt: skip


def _exact(gross_minor: int, asset: str, currency: str, rate: Decimal) -> Fraction:
    return gross_minor * Fraction(rate) * Fraction(10) ** (get_asset(currency).exponent - get_asset(asset).exponent)
