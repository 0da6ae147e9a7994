"""What a shadow made of a posting's source, written beside it in the posting's own database transaction (L11)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from ledger.shadowing import Beside

_WRITE = """
WITH p AS (
    INSERT INTO ledger_shadow_posting (shadow_id, version, stage, transaction_id, business_date, posted_rule, shadow_rule, outcome, error,
                                       recorded_at)
    SELECT s.*, %(now)s
      FROM unnest(%(shadows)s::uuid[], %(versions)s::int[], %(stages)s::text[], %(transactions)s::uuid[], %(days)s::date[],
                  %(posted)s::text[], %(shadow_rules)s::text[], %(outcomes)s::text[], %(errors)s::text[]) s
    RETURNING id, transaction_id
)
INSERT INTO ledger_shadow_line (posting_id, kind, holder, asset, amount_minor, ref, label)
SELECT p.id, l.kind, l.holder, l.asset, l.amount, l.ref, l.label
  FROM unnest(%(of)s::uuid[], %(kinds)s::text[], %(holders)s::text[], %(assets)s::text[], %(amounts)s::numeric[], %(refs)s::text[],
              %(labels)s::text[]) WITH ORDINALITY l(transaction_id, kind, holder, asset, amount, ref, label, place)
  JOIN p USING (transaction_id) ORDER BY l.place
"""


class ToWrite(NamedTuple):
    """A transaction that was just posted, its business date, and what stands beside it."""

    transaction_id: UUID
    business_date: date
    beside: Beside


def write_shadows(found: Sequence[ToWrite], *, now: datetime) -> None:
    """Write what stands beside transactions that were posted in this database transaction: one statement for all of them."""
    columns: dict[str, list[Any]] = {
        "shadows": [each.beside.shadow.id for each in found],
        "versions": [each.beside.shadow.version for each in found],
        "stages": [each.beside.shadow.stage for each in found],
        "transactions": [each.transaction_id for each in found],
        "days": [each.business_date for each in found],
        "posted": [each.beside.posted_rule for each in found],
        "shadow_rules": [each.beside.shadow_rule for each in found],
        "outcomes": [each.beside.outcome for each in found],
        "errors": [each.beside.error for each in found],
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"now": now, **columns, **_columns_of_lines(found)})


def _columns_of_lines(found: Sequence[ToWrite]) -> dict[str, list[Any]]:
    lines = [(each.transaction_id, line) for each in found for line in each.beside.lines]
    return {
        "of": [transaction_id for transaction_id, _ in lines],
        "kinds": [line.kind for _, line in lines],
        "holders": [line.holder for _, line in lines],
        "assets": [line.asset for _, line in lines],
        "amounts": [line.amount_minor for _, line in lines],
        "refs": [line.ref for _, line in lines],
        "labels": [line.label for _, line in lines],
    }
