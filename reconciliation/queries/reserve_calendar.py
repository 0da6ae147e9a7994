"""The rolling reserve of a merchant account (R14): what each batch withheld, when it is due back, what came back. First in, first out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import connection

from cashier.contracts import reserve_term
from cashier.models import MerchantAccount
from reconciliation.models import SettlementBatch

# A hold on one payment is no part of the rolling reserve: it names the payment (PSP_FUNDS_HELD).
NAMES_PAYMENT = """(l.reference_id IS NOT NULL OR l.object_id IS NOT NULL
   OR l.psp_reference <> '' AND EXISTS (SELECT FROM cashier_attempt a
        WHERE a.merchant_account_id = %(account)s AND a.psp_ref = l.psp_reference)
   OR l.object_reference <> '' AND EXISTS (SELECT FROM cashier_capture c
        WHERE c.merchant_account_id = %(account)s AND c.psp_ref = l.object_reference))"""
_MOVED = f"""
SELECT b.id, b.number, b.currency, b.business_date, -coalesce(sum(l.net_minor) FILTER (WHERE l.net_minor < 0), 0),
       coalesce(sum(l.net_minor) FILTER (WHERE l.net_minor > 0), 0)
  FROM reconciliation_batch b JOIN reconciliation_psp_line l ON l.batch_id = b.id AND l.bucket = b.bucket AND l.kind = 'reserve'
 WHERE b.merchant_account_id = %(account)s AND b.version = 1 AND (b.totals ? 'reserve' OR b.id = %(batch)s) AND NOT {NAMES_PAYMENT}
 GROUP BY 1, 2, 3, 4 ORDER BY b.business_date, b.number
"""
_SALES = """
SELECT coalesce(sum(l.net_minor + l.commission_minor + l.markup_minor + l.scheme_minor + l.interchange_minor), 0)
  FROM reconciliation_psp_line l WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s AND l.kind = 'sale'
"""


@dataclass(frozen=True, slots=True)
class Withheld:
    """What one batch did: withheld so much, due back on `due` (None where no time is agreed), of which `returned_minor` came; minor units.

    `released_minor`: what the same batch gave back of earlier ones.
    """

    batch_id: str
    number: str
    currency: str
    day: date
    due: date | None
    withheld_minor: int
    released_minor: int
    returned_minor: int = 0

    @property
    def open_minor(self) -> int:
        """Not given back."""
        return self.withheld_minor - self.returned_minor


def reserve_calendar(account: MerchantAccount, *, with_batch: SettlementBatch | None = None) -> list[Withheld]:
    """Every posted batch that moved the reserve, and `with_batch` that is about to post; oldest first, currencies apart."""
    term = reserve_term(account.contract)
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"account": account.pk, "batch": with_batch.pk if with_batch else None})
        rows = [
            Withheld(str(pk), number, currency, day, day + timedelta(days=term.days) if term else None, int(withheld), int(released))
            for pk, number, currency, day, withheld, released in cursor.fetchall()
        ]
    return [row for currency in sorted({row.currency for row in rows}) for row in allot([row for row in rows if row.currency == currency])]


def allot(rows: Sequence[Withheld]) -> list[Withheld]:
    """What was given back is of the oldest that is not back yet. Pure; one currency, oldest first."""
    left = sum(row.released_minor for row in rows)
    allotted: list[Withheld] = []
    for row in rows:
        returned = min(left, row.withheld_minor)
        left -= returned
        allotted.append(replace(row, returned_minor=returned))
    return allotted


def given_back_early(rows: Sequence[Withheld], day: date) -> int:
    """How much more was given back up to `day` than was due by then; at least 0. Pure; one currency."""
    released = sum(row.released_minor for row in rows if row.day <= day)
    due = sum(row.withheld_minor for row in rows if row.due is not None and row.due <= day)
    return max(released - due, 0)


def sales_minor(batch: SettlementBatch) -> int:
    """The base of a reserve: the batch's sales, in the currency in which they were settled."""
    with connection.cursor() as cursor:
        cursor.execute(_SALES, {"batch": batch.pk, "bucket": batch.bucket})
        return int(cursor.fetchone()[0])
