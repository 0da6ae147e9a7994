"""Balances of an entity's accounts at the end of a business day: as they are now, less what was posted into later days.

Cost follows the postings of the days since, never the age of the books: today's balances are checkpoints with their tails and
wallet rows (L6, L7). One statement, so that both halves see the same moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from ledger.chart import WALLET_KINDS
from ledger.queries import TrialRow

_AT = """
WITH later AS MATERIALIZED (
    SELECT e.account_id, sum(e.amount_minor) AS total
      FROM ledger_journal_transaction t JOIN ledger_entry e ON e.transaction_id = t.id
     WHERE t.entity_id = %(entity)s AND t.business_date > %(day)s GROUP BY 1
), house AS (
    SELECT a.kind, a.owner_ref AS holder, a.asset,
           coalesce(c.balance_minor, 0) - coalesce(l.total, 0)
           + coalesce((SELECT sum(e.amount_minor) FROM ledger_entry e
                        WHERE e.account_id = a.id AND e.id > coalesce(c.entry_id, 0)), 0) AS total
      FROM ledger_account a
      LEFT JOIN LATERAL (SELECT entry_id, balance_minor FROM ledger_checkpoint
                          WHERE account_id = a.id ORDER BY entry_id DESC LIMIT 1) c ON true
      LEFT JOIN later l ON l.account_id = a.id
     WHERE a.entity_id = %(entity)s AND a.kind <> ALL(%(walleted)s::text[])
), players AS (
    SELECT k.kind, '' AS holder, w.asset, sum(k.amount) AS total
      FROM ledger_wallet w, LATERAL (VALUES ('playable', -w.playable_minor), ('pending', -w.pending_minor), ('locked', -w.locked_minor),
           ('bonus', -w.bonus_minor), ('receivable', w.receivable_minor)) k(kind, amount)
     WHERE w.entity_id = %(entity)s AND k.amount <> 0 GROUP BY 1, 3
    UNION ALL
    SELECT a.kind, '', a.asset, -sum(l.total)
      FROM later l JOIN ledger_account a ON a.id = l.account_id WHERE a.kind = ANY(%(walleted)s::text[]) GROUP BY 1, 3
)
SELECT kind, holder, asset, total FROM house WHERE total <> 0
UNION ALL
SELECT kind, holder, asset, sum(total) FROM players GROUP BY 1, 2, 3 HAVING sum(total) <> 0
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """One house account, or all players' accounts of a kind together (holder ""). Debit positive, minor units, never zero."""

    kind: str
    holder: str
    asset: str
    total_minor: int


def balances_at(entity_id: UUID, day: date) -> list[Balance]:
    """Every balance that is not zero, with all postings of business days up to and with `day`, by kind, holder and asset."""
    with connection.cursor() as cursor:
        cursor.execute(_AT, {"entity": entity_id, "day": day, "walleted": list(WALLET_KINDS)})
        found = [Balance(kind, holder, asset, int(total)) for kind, holder, asset, total in cursor.fetchall()]
    return sorted(found, key=lambda row: (row.kind, row.holder, row.asset))


def trial_of(balances: Iterable[Balance]) -> list[TrialRow]:
    """The trial balance of these balances, by kind and asset."""
    sides: dict[tuple[str, str], list[int]] = {}
    for row in balances:
        debit_credit = sides.setdefault((row.asset, row.kind), [0, 0])
        debit_credit[0 if row.total_minor > 0 else 1] += abs(row.total_minor)
    return [TrialRow(kind, asset, debit, credit) for (asset, kind), (debit, credit) in sorted(sides.items())]
