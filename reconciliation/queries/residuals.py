"""What is left of the proofs of a day, by account and currency: a run stores it, the close and the pages tell of it (R8).

A batch is loaded only if its lines sum to its payout, so what can be left of its proof is at the bank: the difference of the bank line
that was matched to it. These sums need no line of any report; a test holds them against `three_way_proof`.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from cashier.models import BankAccount, MerchantAccount
from ledger.money import get_asset
from ledger.queries import get_balance
from reconciliation.queries.currencies import currencies_of
from reconciliation.queries.statements import latest_statement

# Differences of the bank lines of batches, by account and day. Parameters: account, day; null stands for all.
_DIFFERENCES = """
SELECT b.merchant_account_id, b.business_date, b.currency, sum(m.difference_minor)
  FROM reconciliation_batch b
  JOIN reconciliation_match m ON m.item_kind = 'batch' AND m.item_id = b.id AND m.undone_at IS NULL
 WHERE b.version = 1 AND (%(account)s::uuid IS NULL OR b.merchant_account_id = %(account)s)
   AND (%(day)s::date IS NULL OR b.business_date = %(day)s)
 GROUP BY 1, 2, 3
"""


def differences(account: MerchantAccount | None = None, day: date | None = None) -> Iterator[tuple[UUID, date, str, int]]:
    """(merchant account, business day, currency, minor units) wherever the bank has shown a batch; zero where it showed what it had to."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, {"account": account.pk if account else None, "day": day})
        for account_id, found_day, currency, minor in cursor.fetchall():
            yield account_id, found_day, currency, int(minor)


def merchant_residuals(account: MerchantAccount, day: date) -> list[dict[str, Any]]:
    """Residuals of the proofs of the account's batches of a day, by currency: [{"currency", "amount_minor"}]."""
    amounts: Counter[str] = Counter(dict.fromkeys(currencies_of(account), 0))
    for _, _, currency, minor in differences(account, day):
        amounts[currency] += minor
    return as_residuals(amounts)


def bank_residuals(account: BankAccount) -> list[dict[str, Any]]:
    """What the books' `bank` has more than the latest statement: [{"currency", "amount_minor"}]; zero where no statement is in."""
    return as_residuals(Counter({account.currency: _over_statement(account)}))


def as_residuals(amounts: Counter[str]) -> list[dict[str, Any]]:
    """Amounts by currency as a run keeps them."""
    return [{"currency": get_asset(code).code, "amount_minor": amounts[code]} for code in sorted(amounts)]


def _over_statement(account: BankAccount) -> int:
    latest = latest_statement(account)
    if latest is None:
        return 0
    return get_balance(account.entity_id, "bank", account.public_id, account.currency) - int(latest.closing_minor)
