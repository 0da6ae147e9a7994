"""3-DS as it went at each account, and what a sale cost there (C10, C13, O3): from rows, in real time.

An attempt is counted where its PSP stated 3-DS, or sent the player to a challenge. What a challenge was asked of and is not over says
nothing yet; one whose attempt took money passed, whatever the last answer was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from cashier.models import MerchantAccount, RoutingFee

# Read from the index cashier_attempt_3ds alone, but for challenges that no later answer ended.
_AUTHENTICATIONS = """
SELECT a.merchant_account_id, count(*) FILTER (WHERE NOT a.is_challenged), count(*) FILTER (WHERE a.is_challenged),
       count(*) FILTER (WHERE a.is_challenged AND (a.outcome IN ('APPROVED', 'CAPTURED', 'PENDING') OR c.took)),
       count(*) FILTER (WHERE a.is_challenged AND a.outcome = 'ACTION_REQUIRED' AND a.ended_at IS NULL AND c.took IS NULL)
  FROM cashier_attempt a
  LEFT JOIN LATERAL (
        SELECT true AS took FROM cashier_capture k
         WHERE a.is_challenged AND a.outcome = 'ACTION_REQUIRED' AND k.attempt_id = a.id AND k.state = 'SUCCEEDED' LIMIT 1
       ) c ON true
 WHERE a.sent_at >= %(since)s AND a.sent_at <= %(now)s AND a.merchant_account_id = ANY(%(accounts)s)
   AND (a.three_ds_version <> '' OR a.is_challenged)
 GROUP BY 1"""


@dataclass(frozen=True, slots=True)
class Authentications:
    """How many went through without a challenge, were challenged, of these passed, and are not over."""

    frictionless: int = 0
    challenged: int = 0
    passed: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        return self.frictionless + self.challenged

    @property
    def failed(self) -> int:
        """Refused, failed or abandoned."""
        return self.challenged - self.passed - self.waiting

    @property
    def challenge_rate(self) -> float | None:
        """0 to 1; None where there was none. The frictionless rate is the rest of it."""
        return self.challenged / self.total if self.total else None

    @property
    def success_after_challenge(self) -> float | None:
        """0 to 1, of those that are over."""
        over = self.challenged - self.waiting
        return self.passed / over if over else None


@dataclass(frozen=True, slots=True)
class Cost:
    """What sales of one currency cost at an account by its settlement lines: `sales` lines, `fee_minor` together."""

    currency: str
    sales: int
    fee_minor: int

    @property
    def per_success_minor(self) -> float:
        """Minor units, with their fraction."""
        return self.fee_minor / self.sales


def list_authentications(accounts: Sequence[MerchantAccount], *, since: datetime, now: datetime) -> dict[UUID, Authentications]:
    """By account, for those that had any in this time."""
    with connection.cursor() as cursor:
        cursor.execute(_AUTHENTICATIONS, {"since": since, "now": now, "accounts": [account.pk for account in accounts]})
        return {row[0]: Authentications(*row[1:]) for row in cursor.fetchall()}


def list_costs(accounts: Sequence[MerchantAccount]) -> dict[UUID, list[Cost]]:
    """By account and currency, of the last 30 days: what routing learned from settlement lines, a few rows."""
    rows = (
        RoutingFee.objects.filter(merchant_account__in=accounts, lines__gt=0)
        .order_by("currency")
        .values_list("merchant_account", "currency")
    )
    found: dict[UUID, list[Cost]] = {}
    for account, currency, sales, fee in rows.annotate(sales=Sum("lines"), fee=Sum("fee_minor")):
        found.setdefault(account, []).append(Cost(currency, int(sales), int(fee)))
    return found
