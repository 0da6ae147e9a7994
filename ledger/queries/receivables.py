"""What players owe, by origin and age (L19): open debts of `receivable` accounts. Minor units, positive."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ledger.queries.moments import NOW, AsOf
from ledger.queries.rows import fetch

AGES = ((30, "0 to 30 days"), (60, "31 to 60 days"), (90, "61 to 90 days"), (None, "over 90 days"))

# A debt is what its reference still owes; movements of one dispute (dp_…:1, dp_…:2) are one debt.
_OPEN = """
SELECT a.owner_ref, a.asset, split_part(e.ref, ':', 1) AS origin, sum(e.amount_minor) AS open_minor,
       coalesce(sum(e.amount_minor) FILTER (WHERE e.amount_minor > 0), 0), min(e.business_date) FILTER (WHERE e.amount_minor > 0),
       min(t.kind) FILTER (WHERE e.amount_minor > 0)
  FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id JOIN ledger_journal_transaction t ON t.id = e.transaction_id
 WHERE {where} GROUP BY 1, 2, 3 HAVING sum(e.amount_minor) <> 0 ORDER BY 6 NULLS FIRST, 2, 1, 3
"""


@dataclass(frozen=True, slots=True)
class Debt:
    """An open debt: `origin` is the id that it must clear against (dispute, capture, payout), `kind` what posted it first.

    `open_minor` is negative, and `since` None, where more was paid than is owed under that reference.
    """

    player: str
    asset: str
    origin: str
    open_minor: int
    owed_minor: int
    since: date | None
    kind: str

    def age_days(self, today: date) -> int:
        return max(0, (today - self.since).days) if self.since else 0

    def age(self, today: date) -> str:
        """One of the words of AGES."""
        return next(words for most, words in AGES if most is None or self.age_days(today) <= most)


@dataclass(frozen=True, slots=True)
class AgedRow:
    """Open debts of one asset, kind and age, added up."""

    asset: str
    kind: str
    by_age: dict[str, int]
    debts: int

    @property
    def total_minor(self) -> int:
        return sum(self.by_age.values())


def list_debts(entity_id: UUID, asof: AsOf = NOW) -> Iterator[Debt]:
    """Every reference that is not at zero, oldest first; their sum is the entity's `receivable` in the trial balance."""
    conditions, params = asof.conditions()
    where = " AND ".join(["a.entity_id = %(entity)s", "a.kind = 'receivable'", *conditions])
    for player, asset, origin, still, owed, since, kind in fetch(_OPEN.format(where=where), params | {"entity": entity_id}):
        yield Debt(player, asset, origin, int(still), int(owed), since, kind or "")


def aged_receivables(entity_id: UUID, *, today: date, asof: AsOf = NOW) -> list[AgedRow]:
    """Open debts per asset and kind of origin, by age at the business day `today`."""
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    for debt in list_debts(entity_id, asof):
        row = sums.setdefault((debt.asset, debt.kind), {"by_age": {words: 0 for _, words in AGES}, "debts": 0})
        row["by_age"][debt.age(today)] += debt.open_minor
        row["debts"] += 1
    return [AgedRow(asset, kind, **row) for (asset, kind), row in sorted(sums.items())]
