"""Every fee of a batch's lines, without tax, held against the contract (R12), summed by the database: a row per kind of fee and week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from cashier.contracts import FeeTerm, fee_margins, fee_term
from reconciliation.models import SettlementBatch

# Fee kind -> (kind of line, what the line charges for it). Of what is no sale, the whole cost is one fee, as the books have it.
_ALL = "l.commission_minor + l.markup_minor + l.scheme_minor + l.interchange_minor"
_CHARGED: dict[str, tuple[str, str]] = {
    "processing": ("sale", "l.commission_minor"),
    "markup": ("sale", "l.markup_minor"),
    "scheme": ("sale", "l.scheme_minor"),
    "interchange": ("sale", "l.interchange_minor"),
    "refund": ("refund", _ALL),
    "payout": ("payout", _ALL),
    "chargeback": ("chargeback", _ALL),
}
_ITEMS = {"sale": "capture", "refund": "refund", "payout": "payout", "chargeback": "dispute"}
# The contract's fees are without tax. Where the report states it by line it is inside the line's first cost; on lines that are no sale,
# inside the whole.
_TAXED = frozenset({"processing", "refund", "payout", "chargeback"})
_TAX = "LEFT JOIN reconciliation_line_tax x ON x.batch_id = l.batch_id AND x.line_number = l.line_number"
# What differs by one unit where the exact fee has a fraction may be rounding; anything else is a difference. Only lines whose gross
# agrees with our item are asked: of another gross another fee follows. The share is of the gross as it was settled.
_TOLD = """
WITH charged AS (
  SELECT l.id, l.business_date, l.line_number, l.psp_reference, l.object_reference, l.merchant_reference,
         {charged} AS charged, {tax} AS tax,
         abs(l.net_minor + l.commission_minor + l.markup_minor + l.scheme_minor + l.interchange_minor) AS base
    FROM reconciliation_psp_line l
    JOIN reconciliation_match m ON m.line_kind = 'psp' AND m.line_id = l.id AND m.undone_at IS NULL AND m.difference_minor = 0
         AND m.item_kind = '{item}'
    {join}
   WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s AND l.kind = '{kind}'
), exact AS (
  SELECT charged.*, base * %(low)s::numeric / 100 + %(fixed)s AS low, base * %(high)s::numeric / 100 + %(fixed)s AS high FROM charged
), told AS (
  SELECT exact.*, charged - least(greatest(charged, floor(low + 0.5)), floor(high + 0.5)) AS difference,
         low <> trunc(low) OR high <> trunc(high) AS has_fraction, floor((low + high) / 2 + 0.5) AS expected
    FROM exact
)
"""
_AUDIT = f"""{_TOLD}
SELECT date_trunc('week', business_date)::date, abs(difference) = 1 AND has_fraction, count(*),
       coalesce(sum(difference) FILTER (WHERE difference > 0), 0), -coalesce(sum(difference) FILTER (WHERE difference < 0), 0),
       sum(expected), sum(charged), min(business_date), (array_agg(id ORDER BY abs(difference) DESC, id))[1:20]
  FROM told WHERE abs(difference) > %(tolerance)s GROUP BY 1, 2 ORDER BY 1, 2
"""
_CLAIM = f"""{_TOLD}
SELECT business_date, line_number, merchant_reference, psp_reference, object_reference, base, tax, charged, charged - difference,
       difference, abs(difference) = 1 AND has_fraction
  FROM told WHERE abs(difference) > %(tolerance)s ORDER BY line_number
"""


@dataclass(frozen=True, slots=True)
class FeeDifference:
    """Lines of one batch, kind of fee and week (its Monday) that cost other than agreed; minor units. `lines`: the first ids."""

    kind: str
    week: date
    may_be_rounding: bool
    count: int
    over_minor: int
    under_minor: int
    expected_minor: int
    charged_minor: int
    day: date
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One line of a claim; minor units of the settlement, `difference_minor` above zero where the PSP took too much.

    `tax_minor` was taken out of what was charged before it was compared. `may_be_rounding` as the FeeDifference that the line is part of.
    """

    day: date
    line: int
    merchant_reference: str
    psp_reference: str
    psp_object: str
    gross_minor: int
    tax_minor: int
    charged_minor: int
    agreed_minor: int
    difference_minor: int
    may_be_rounding: bool = False


def audit_fees(batch: SettlementBatch) -> list[FeeDifference]:
    """Where the batch's fees are not what its account's schedule gives, kind by kind; empty where nothing is agreed."""
    account = batch.merchant_account
    tolerance = fee_margins(account.contract, batch.currency).line_minor
    terms = [(kind, term) for kind in _CHARGED if (term := fee_term(account.fee_schedule, kind, batch.currency)) is not None]
    return [found for kind, term in terms for found in _of_kind(batch, kind, term, tolerance)]


def claim_lines(batch: SettlementBatch, kind: str) -> Iterator[ClaimLine]:
    """Every line of a batch whose fee of this kind is not what the schedule gives, in the report's order: what a claim states (R12)."""
    term = fee_term(batch.merchant_account.fee_schedule, kind, batch.currency)
    if term is not None and kind in _CHARGED:
        tolerance = fee_margins(batch.merchant_account.contract, batch.currency).line_minor
        for row in _asked(_CLAIM, batch, kind, term, tolerance):
            stated: tuple[Any, ...] = (*row[:5], *map(int, row[5:10]), row[10])
            yield ClaimLine(*stated)


def _of_kind(batch: SettlementBatch, kind: str, term: FeeTerm, tolerance: int) -> Iterator[FeeDifference]:
    for week, rounding, count, over, under, expected, took, day, lines in _asked(_AUDIT, batch, kind, term, tolerance):
        yield FeeDifference(kind, week, rounding, count, int(over), int(under), int(expected), int(took), day, tuple(lines))


def _asked(sql: str, batch: SettlementBatch, kind: str, term: FeeTerm, tolerance: int) -> list[tuple[Any, ...]]:
    line_kind, charged = _CHARGED[kind]
    params: dict[str, Any] = {
        "batch": batch.pk, "bucket": batch.bucket, "low": term.percent, "high": term.percent_to, "fixed": term.fixed_minor,
        "tolerance": tolerance,
    }  # fmt: skip
    is_taxed = bool(batch.taxes) and kind in _TAXED
    tax = "coalesce(x.tax_minor, 0)" if is_taxed else "0"
    asked = sql.format(
        charged=f"{charged} - {tax}" if is_taxed else charged, tax=tax, join=_TAX if is_taxed else "", kind=line_kind,
        item=_ITEMS[line_kind],
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(asked, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
