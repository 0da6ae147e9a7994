"""What the books, the matches and the batches say of clearing, unit by unit (L17). Read day by day: memory does not grow with the journal.

An item is relieved by the batch that settled its line: the batch's own entry names the batch, the match names the item. A line that
stood in suspense relieved its item by LINE_IDENTIFIED, an entry of the item's own: such a match is not counted again.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.errors import BadPublicId
from ledger.ids import from_public, to_public
from reconciliation.models.matches import ref_of_item
from reconciliation.queries.rail_windows import own_window_of, shortest_window
from reconciliation.trust import Figure, Unit, figures
from reconciliation.windows import due_date

_CHUNK = 5_000
# All entries of the references that first moved on `account_kind` on this day. What a batch took out of clearing names the batch: its
# matches name the items. A match taken apart takes nothing from its batch's relief: LINE_UNMATCHED undoes it on the item.
_REFS = """
WITH moved AS (
  SELECT DISTINCT e.ref, e.account_id FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
   WHERE a.entity_id = %(entity)s AND a.kind = %(account_kind)s AND e.ref <> '' AND e.business_date = %(day)s
     AND e.ref LIKE 'batch:%%' = %(of_batches)s)
SELECT m.ref, e.asset, min(e.business_date), max(e.business_date), sum(e.amount_minor), sum(greatest(e.amount_minor, 0)),
       sum(greatest(-e.amount_minor, 0))
  FROM moved m
  JOIN ledger_entry e ON e.ref = m.ref AND e.account_id = m.account_id
  JOIN ledger_journal_transaction t ON t.id = e.transaction_id
 WHERE t.kind <> 'LINE_UNMATCHED'
 GROUP BY m.ref, e.account_id, e.asset
HAVING min(e.business_date) = %(day)s
 ORDER BY m.ref
"""
_MATCHES = """
SELECT m.item_id, m.item_kind, m.item_part, m.line_minor, b.business_date
  FROM reconciliation_match m JOIN reconciliation_batch b ON b.id = m.batch_id
 WHERE m.line_kind = 'psp' AND m.undone_at IS NULL AND m.item_id = ANY(%(items)s::uuid[])
   AND NOT EXISTS (SELECT FROM reconciliation_suspense_item s WHERE s.line_kind = 'psp' AND s.line_id = m.line_id)
"""
_BATCH_DUE = """
SELECT 'batch:' || b.number || ':' || b.currency, b.merchant_account_id, b.currency, coalesce(b.due_date, b.payout_date, b.business_date),
       b.due_date IS NOT NULL
  FROM reconciliation_batch b JOIN cashier_merchant_account m ON m.id = b.merchant_account_id
 WHERE m.entity_id = %(entity)s AND b.version = 1 AND b.business_date BETWEEN %(start)s AND %(end)s
"""
_UNNAMED = """
SELECT s.line_id, s.currency, s.amount_minor, l.business_date
  FROM reconciliation_suspense_item s
  JOIN cashier_merchant_account m ON m.id = s.merchant_account_id
  JOIN reconciliation_psp_line l ON l.id = s.line_id
 WHERE m.entity_id = %(entity)s AND s.line_kind = 'psp' AND s.cleared_at IS NULL AND l.business_date BETWEEN %(start)s AND %(end)s
"""
_WINDOW_OF = {"cap": "capture", "rf": "refund", "po": "payout", "dp": "dispute"}


@dataclass(frozen=True, slots=True)
class Period:
    """Business days of one legal entity, both included, judged at the end of the day `asof`."""

    entity_id: UUID
    start: date
    end: date
    asof: date


@dataclass(frozen=True, slots=True)
class _Moved:
    """What the ledger alone says of one reference."""

    ref: str
    asset: str
    first_on: date
    last_on: date
    rest_minor: int
    in_minor: int
    out_minor: int


def trust_in_clearing(period: Period) -> list[Figure]:
    """The figure of each asset for what first moved in the period, with all that spoils it. Nothing is a figure of nothing: []."""
    return figures(list_units(period), period.asof)


def list_units(period: Period) -> Iterator[Unit]:
    """Every unit of the period: items, batches, lines that nobody could name."""
    dues = _batch_dues(period)
    for back in range((period.end - period.start).days + 1):
        day = period.start + timedelta(days=back)
        for chunk in _chunks(period.entity_id, day, "clearing", of_batches=False):
            reliefs = _reliefs(chunk)
            units = [_item(moved, reliefs.get((moved.ref, moved.asset), [])) for moved in chunk]
            yield from _due_by_rail(chunk, units)
        for chunk in _chunks(period.entity_id, day, "in_transit", of_batches=True):
            yield from (_batch(moved, dues) for moved in chunk)
    yield from _unnamed(period)


def _chunks(entity_id: UUID, day: date, account_kind: str, *, of_batches: bool) -> Iterator[list[_Moved]]:
    """What first moved on one day, some thousands at a time."""
    params: dict[str, Any] = {"entity": entity_id, "day": day, "account_kind": account_kind, "of_batches": of_batches}
    with connection.cursor() as cursor:
        cursor.execute(_REFS, params)
        while rows := cursor.fetchmany(_CHUNK):
            yield [_Moved(ref, asset, first, last, int(rest), int(into), int(out)) for ref, asset, first, last, rest, into, out in rows]


def _reliefs(chunk: list[_Moved]) -> dict[tuple[str, str], list[tuple[int, date]]]:
    """(reference, asset) -> what report lines took out of clearing for it, and on which day. Matches are in the asset that was charged."""
    items = {identity for moved in chunk if (identity := _identity(moved.ref)) is not None}
    assets = {moved.ref: moved.asset for moved in chunk}
    found: dict[tuple[str, str], list[tuple[int, date]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_MATCHES, {"items": list(items)})
        for item_id, kind, part, minor, day in cursor.fetchall():
            ref = ref_of_item(kind, item_id, part)
            if ref in assets:
                found[ref, assets[ref]].append((int(minor), day))
    return found


def _item(moved: _Moved, reliefs: list[tuple[int, date]]) -> Unit:
    gave = sum(minor for minor, _ in reliefs if minor > 0)
    took = -sum(minor for minor, _ in reliefs if minor < 0)
    value = max(moved.in_minor, moved.out_minor, gave, took)
    rest = moved.rest_minor - gave + took
    last = max([moved.last_on, *(day for _, day in reliefs)])
    due = due_date(_window(moved.ref), moved.asset, moved.first_on)
    return Unit("item", moved.ref, moved.asset, value, rest, last, due)


def _due_by_rail(chunk: list[_Moved], units: list[Unit]) -> Iterator[Unit]:
    """The units, captures of a rail with a window of its own due by that. Asked only of those that the shortest window would not pass."""
    pairs, shortest = list(zip(chunk, units, strict=True)), shortest_window("capture")
    doubted = [unit.id for moved, unit in pairs if unit.id.startswith("cap_") and _may_be_late(moved, unit, shortest)]
    days = own_window_of([identity for ref in doubted if (identity := _identity(ref))])
    own = {to_public("cap_", identity): window for identity, window in days.items()}
    for moved, unit in pairs:
        window = own.get(unit.id)
        yield unit if window is None else replace(unit, due_on=due_date("capture", unit.asset, moved.first_on, days=window))


def _may_be_late(moved: _Moved, unit: Unit, shortest: int) -> bool:
    return bool(unit.rest_minor) or unit.last_on > due_date("capture", unit.asset, moved.first_on, days=shortest)


def _batch(moved: _Moved, dues: dict[str, date]) -> Unit:
    due = dues.get(moved.ref) or due_date("bank", moved.asset, moved.first_on)
    return Unit("batch", moved.ref, moved.asset, max(moved.in_minor, moved.out_minor), moved.rest_minor, moved.last_on, due)


def _batch_dues(period: Period) -> dict[str, date]:
    """Batch reference -> the last day on which its transfer is not late."""
    with connection.cursor() as cursor:
        cursor.execute(_BATCH_DUE, {"entity": period.entity_id, "start": period.start, "end": period.end})
        return {
            text.replace("batch:", f"batch:{to_public('ma_', account)}:", 1): day if is_due else due_date("bank", currency, day)
            for text, account, currency, day, is_due in cursor.fetchall()
        }


def _unnamed(period: Period) -> Iterator[Unit]:
    with connection.cursor() as cursor:
        cursor.execute(_UNNAMED, {"entity": period.entity_id, "start": period.start, "end": period.end})
        for line, currency, minor, day in cursor.fetchall():
            # Suspense is credited for what the PSP gave: the sign is already that of a surplus.
            yield Unit("line", f"line:psp:{line}", currency, abs(int(minor)), int(minor), day, due_date("capture", currency, day))


def _identity(ref: str) -> UUID | None:
    """The id inside a reference of ours; None for what no line can name ("start")."""
    prefix, found, _ = ref.partition("_")
    try:
        return from_public(ref.partition(":")[0], f"{prefix}_") if found and prefix in _WINDOW_OF else None
    except BadPublicId:
        return None


def _window(ref: str) -> str:
    kind = _WINDOW_OF.get(ref.partition("_")[0], "capture")
    return "payout_return" if kind == "payout" and ref.endswith(":returned") else kind
