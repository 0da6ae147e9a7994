"""Rates that a PSP applied, held against the agreed one (FX_RATE_DIFFERS) and against themselves (ROUNDING_DIFFERENCE)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from cashier.contracts import fx_term
from ledger.money import get_asset
from reconciliation.models import SettlementBatch

_LINES = """
  FROM reconciliation_psp_line l
  JOIN reconciliation_match m ON m.line_kind = 'psp' AND m.line_id = l.id AND m.undone_at IS NULL AND m.difference_minor = 0
  CROSS JOIN LATERAL (SELECT l.net_minor + l.commission_minor + l.markup_minor + l.scheme_minor + l.interchange_minor AS minor) base
 WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s AND l.gross_currency = %(charged)s AND l.gross_minor <> 0
"""
_CHARGED = """
SELECT DISTINCT l.gross_currency FROM reconciliation_psp_line l
 WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s AND l.gross_currency <> %(currency)s AND l.gross_minor <> 0 ORDER BY 1
"""
# One minor unit is what rounding does; more, and beyond the agreed share, is another rate.
_RATES = f"""
SELECT count(*), sum(base.minor - agreed.minor), min(l.business_date), sum(l.gross_minor), sum(base.minor),
       (array_agg(l.id ORDER BY abs(base.minor - agreed.minor) DESC, l.id))[1:20]
{_LINES.replace("WHERE", "CROSS JOIN LATERAL (SELECT l.gross_minor * %(rate)s::numeric AS minor) agreed WHERE", 1)}
   AND abs(base.minor - agreed.minor) > greatest(1, abs(agreed.minor) * %(tolerance)s::numeric / 100)
"""
_ROUNDED = f"""
SELECT count(*), sum(base.minor - whole.minor), min(l.business_date), (array_agg(l.id ORDER BY l.id))[1:20], l.exchange_rate
{_LINES.replace("WHERE", "CROSS JOIN LATERAL (SELECT round(l.gross_minor * l.exchange_rate * %(scale)s::numeric) AS minor) whole WHERE", 1)}
   AND l.exchange_rate IS NOT NULL AND abs(base.minor - whole.minor) = 1
 GROUP BY l.exchange_rate HAVING sum(base.minor - whole.minor) <> 0 ORDER BY l.exchange_rate
"""


@dataclass(frozen=True, slots=True)
class RateDifference:
    """Lines of a batch charged in one other currency; `difference_minor` is what came less what it ought to be, settled currency."""

    charged: str
    count: int
    difference_minor: int
    day: date
    lines: tuple[int, ...]
    gross_minor: int = 0
    base_minor: int = 0
    rate: Decimal | None = None


def audit_rates(batch: SettlementBatch) -> list[RateDifference]:
    """Lines whose gross agrees and whose rate left the agreed one's tolerance, by charged currency; none where no rate is agreed."""
    found: list[RateDifference] = []
    is_agreed = bool(batch.merchant_account.contract.get("fx"))
    for charged in _charged_currencies(batch) if is_agreed else []:
        term = fx_term(batch.merchant_account.contract, charged, batch.currency)
        if term is None:
            continue
        rate = term.rate * scale_of(charged, batch.currency)
        (row,) = _rows(_RATES, batch, {"charged": charged, "rate": rate, "tolerance": term.tolerance_percent})
        if row[0]:
            found.append(RateDifference(charged, row[0], round(row[1]), row[2], tuple(row[5]), int(row[3]), int(row[4])))
    return found


def rounded_conversions(batch: SettlementBatch) -> list[RateDifference]:
    """Lines that came one minor unit from what their own stated rate gives, by charged currency and rate."""
    found: list[RateDifference] = []
    for charged in _charged_currencies(batch):
        rows = _rows(_ROUNDED, batch, {"charged": charged, "scale": scale_of(charged, batch.currency)})
        found += [RateDifference(charged, row[0], int(row[1]), row[2], tuple(row[3]), rate=row[4]) for row in rows]
    return found


def scale_of(charged: str, settled: str) -> Decimal:
    """Minor units of `settled` per minor unit of `charged`, at a rate of one."""
    return Decimal(1).scaleb(get_asset(settled).exponent - get_asset(charged).exponent)


def _charged_currencies(batch: SettlementBatch) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_CHARGED, {"batch": batch.pk, "bucket": batch.bucket, "currency": batch.currency})
        return [currency for (currency,) in cursor.fetchall()]


def _rows(sql: str, batch: SettlementBatch, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"batch": batch.pk, "bucket": batch.bucket, **values})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
