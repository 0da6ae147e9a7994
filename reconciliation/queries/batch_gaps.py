"""Numbers of a merchant account's settlement batches that never came (R2), found from one batch to the next and never counted through."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from cashier.models import MerchantAccount

_GAPS = """
SELECT number + 1, next_number - 1, next_date, next_currency
  FROM (SELECT number, lead(number) OVER by_number AS next_number, lead(business_date) OVER by_number AS next_date,
               lead(currency) OVER by_number AS next_currency
          FROM (SELECT DISTINCT ON (number::numeric) number::numeric AS number, business_date, currency
                  FROM reconciliation_batch
                 WHERE merchant_account_id = %s AND number ~ '^[0-9]+$'
                   AND source_file_id IN (SELECT id FROM reconciliation_source_file WHERE source <> ALL(%s))
                 ORDER BY number::numeric, business_date DESC) held
        WINDOW by_number AS (ORDER BY number)) pairs
 WHERE next_number > number + 1
 ORDER BY number"""

_NAMED = ("stripe_payout", "checkout_breakdown", "paypal_stl")  # whose payouts have ids, or days, and no row of numbers


@dataclass(frozen=True, slots=True)
class BatchGap:
    """Numbers `first` to `last` are missing; `business_date` and `currency` are those of the batch that follows."""

    first: int
    last: int
    business_date: date
    currency: str

    @property
    def missing(self) -> int:
        """How many numbers."""
        return self.last - self.first + 1

    def key(self, account: MerchantAccount) -> str:
        """What its case is known by."""
        numbers = str(self.first) if self.missing == 1 else f"{self.first}-{self.last}"
        return f"SETTLEMENT_REPORT_GAP:{account.public_id}:{numbers}"


def list_batch_gaps(account: MerchantAccount) -> list[BatchGap]:
    """Gaps between the lowest and the highest number that we hold, lowest first; as many as there are gaps, however wide each is."""
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, [account.pk, list(_NAMED)])
        return [BatchGap(int(first), int(last), day, currency) for first, last, day, currency in cursor.fetchall()]
