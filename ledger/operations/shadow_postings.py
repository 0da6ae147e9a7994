"""What a shadow made of a posting's source, written beside it in the posting's own database transaction (L11)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from ledger.operations.rows import Statement, ask
from ledger.shadowing import Beside
from ledger.values import Line

_WRITE = Statement(
    b"ledger_shadow",
    b"""
WITH p AS (
    INSERT INTO ledger_shadow_posting (shadow_id, version, stage, transaction_id, business_date, posted_rule, shadow_rule, outcome, error,
                                       recorded_at)
    SELECT s.shadow, s.version, s.stage, s.transaction, s.day, s.posted, s.other, s.outcome, s.error, $3::timestamptz
      FROM json_to_recordset($1::json) s(shadow uuid, version int, stage text, transaction uuid, day date, posted text, other text,
                                         outcome text, error text)
    RETURNING id, transaction_id
)
INSERT INTO ledger_shadow_line (posting_id, kind, holder, asset, amount_minor, ref, label)
SELECT p.id, l.kind, l.holder, l.asset, l.amount, l.ref, l.label
  FROM json_to_recordset($2::json) l(transaction uuid, place int, kind text, holder text, asset text, amount numeric, ref text, label text)
  JOIN p ON p.transaction_id = l.transaction ORDER BY l.place
""",
)


class ToWrite(NamedTuple):
    """A transaction that was just posted, its business date, and what stands beside it."""

    transaction_id: UUID
    business_date: date
    beside: Beside


def write_shadows(found: Sequence[ToWrite], *, now: datetime) -> None:
    """Write what stands beside transactions that were posted in this database transaction: one round trip for all of them."""
    lines = [(each.transaction_id.hex, line) for each in found for line in each.beside.lines]
    ask((_WRITE, [[_row(each) for each in found], [_line(place, *pair) for place, pair in enumerate(lines)], now]))


def _row(each: ToWrite) -> dict[str, Any]:
    beside = each.beside
    return {
        "shadow": beside.shadow.id.hex, "version": beside.shadow.version, "stage": beside.shadow.stage,
        "transaction": each.transaction_id.hex, "day": each.business_date.isoformat(), "posted": beside.posted_rule,
        "other": beside.shadow_rule, "outcome": beside.outcome, "error": beside.error,
    }  # fmt: skip


def _line(place: int, transaction: str, line: Line) -> dict[str, Any]:
    return {
        "transaction": transaction, "place": place, "kind": line.kind, "holder": line.holder, "asset": line.asset,
        "amount": line.amount_minor, "ref": line.ref, "label": line.label,
    }  # fmt: skip
