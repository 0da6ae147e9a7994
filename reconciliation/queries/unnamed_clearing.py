"""What stands in a merchant account's clearing under references that are no item's (R8, L10: clearing_is_named, account by account)."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection

from cashier.models import MerchantAccount
from ledger.proofs.kinds import DECIDED_BY_PEOPLE
from reconciliation.proofs_of_accounts import CLEARING_KINDS

LOOK_BACK = timedelta(days=60)
# Entries of postings that name no item; a correction that mirrors one brings its reference to zero again.
_UNNAMED = """
SELECT e.asset, e.ref, sum(e.amount_minor), min(e.business_date)
  FROM ledger_account a
  JOIN ledger_entry e ON e.account_id = a.id
  JOIN ledger_journal_transaction t ON t.id = e.transaction_id
 WHERE a.kind = 'clearing' AND a.owner_ref = %(holder)s AND e.business_date BETWEEN %(since)s AND %(until)s
   AND (t.kind <> ALL(%(known)s::text[]) OR t.kind = 'OPENING_BALANCE' AND e.ref !~ '^(cap_|rf_|po_|dp_|batch:|line:)')
   AND t.reverses_id IS NULL
   AND NOT EXISTS (SELECT FROM ledger_journal_transaction r WHERE r.reverses_id = t.id)
 GROUP BY 1, 2 HAVING sum(e.amount_minor) <> 0 ORDER BY 1, 2
"""


@dataclass(slots=True)
class Unnamed:
    """Of one currency: reference -> signed minor units, debit positive; `since`: the first day on which any of it was posted."""

    since: date
    by_ref: dict[str, int] = field(default_factory=dict)

    @property
    def minor(self) -> int:
        return sum(self.by_ref.values())


def unnamed_clearing(account: MerchantAccount, *, since: date, until: date) -> dict[str, Unnamed]:
    """By currency what was posted on these days; empty where every unit is an item's."""
    known = [*CLEARING_KINDS, *DECIDED_BY_PEOPLE]
    params: dict[str, Any] = {"holder": account.public_id, "since": since, "until": until, "known": known}
    found: dict[str, Unnamed] = {}
    with connection.cursor() as cursor:
        cursor.execute(_UNNAMED, params)
        for asset, ref, minor, first in cursor.fetchall():
            of_asset = found.setdefault(asset, Unnamed(first))
            of_asset.since, of_asset.by_ref[ref] = min(of_asset.since, first), int(minor)
    return found
