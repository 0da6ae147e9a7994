"""Wallet credits of captures, as the journal has them, beside the captures themselves (REASON_CODES.md, needs: books)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from cashier.models import Capture, MerchantAccount
from ledger.errors import BadPublicId
from ledger.ids import from_public

_DAYS = timedelta(days=1)
_CHUNK = 5_000
# Credits under a capture's own name. Late money that is credited moves out of locked, a correction takes back: neither is one.
_CREDITS = """
SELECT e.ref, e.asset, count(*), -sum(e.amount_minor), min(e.business_date)
  FROM ledger_entry e
  JOIN ledger_account a ON a.id = e.account_id AND a.kind = 'playable'
  JOIN ledger_journal_transaction t ON t.id = e.transaction_id
 WHERE t.entity_id = %(entity)s AND t.business_date BETWEEN %(since)s AND %(until)s AND e.amount_minor < 0
   AND e.ref LIKE 'cap\\_%%' AND t.kind NOT IN ('DEPOSIT_LATE_CREDITED', 'HOLD_RELEASED', 'REVERSAL', 'REVERSAL_FROM_HOLD')
   AND t.source ->> 'merchant_account' IS NOT DISTINCT FROM %(holder)s AND t.reverses_id IS NULL
   AND NOT EXISTS (SELECT FROM ledger_journal_transaction r WHERE r.reverses_id = t.id)
 GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class WrongCredit:
    """A capture whose wallet got `over_minor` more (negative: less) than it gives, by so many postings."""

    capture_id: UUID
    day: date
    credits: int
    credited_minor: int
    over_minor: int


def wrong_credits(account: MerchantAccount, *, until: date) -> list[WrongCredit]:
    """Of the account's captures whose credits were posted into `until` or the day before. Conversions have a check of their own (L15)."""
    return [wrong for chunk in _chunks(account, until) for wrong in _wrong(account, chunk)]


def _chunks(account: MerchantAccount, until: date) -> Iterator[list[tuple[Any, ...]]]:
    params: dict[str, Any] = {"entity": account.entity_id, "holder": account.public_id, "since": until - _DAYS, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(_CREDITS, params)
        while rows := cursor.fetchmany(_CHUNK):
            yield rows


def _wrong(account: MerchantAccount, chunk: list[tuple[Any, ...]]) -> Iterator[WrongCredit]:
    named = {pk: row for row in chunk if (pk := _capture_id(row[0])) is not None}
    captures = Capture.objects.filter(pk__in=list(named), merchant_account=account)
    for pk, currency, amount, fee in captures.values_list("pk", "currency", "amount_minor", "player_fee_minor"):
        _, asset, credits, credited, day = named[pk]
        over = int(credited) - (int(amount) - int(fee))
        if over and asset == currency:
            yield WrongCredit(pk, day, credits, int(credited), over)


def _capture_id(ref: str) -> UUID | None:
    try:
        return from_public(ref, "cap_")
    except BadPublicId:
        return None
