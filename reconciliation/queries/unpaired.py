"""Lines of reports that ought to have an item and have none."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from reconciliation.matching.facts import LineFacts
from reconciliation.matching.sql import (
    FEE_LINES,
    ITEM_KINDS,
    KINDS_OF_BATCH,
    LEGACY,
    MATCHED_OF_BATCH,
    UNMATCHED_IN_SUSPENSE,
    UNMATCHED_OF_BATCH,
    WITHOUT_EQUAL,
)
from reconciliation.models import SettlementBatch

# Kind of line -> kinds of item that it may be paired with.
_ITEMS_OF = {
    "sale": ("capture",),
    "refund": ("refund",),
    "payout": ("payout",),
    "reversal": ("refund_reversal", "payout_return"),
    "chargeback": ("dispute",),
    "fx": ("conversion",),
}


def kinds_unpaired(batch: SettlementBatch) -> dict[str, int]:
    """Kinds of line that have lines without an item, with their number; without looking at the lines one by one.

    A chargeback given back is a reversal whose item is a dispute: where a batch has any, both kinds are looked at.
    """
    lines = _counts(KINDS_OF_BATCH, {"batch": batch.pk, "bucket": batch.bucket})
    items = _counts(MATCHED_OF_BATCH, {"batch": batch.pk})
    left = {kind: lines.get(kind, 0) - sum(items.get(item, 0) for item in _items_of(kind)) for kind in ITEM_KINDS}
    if left["chargeback"] + left["reversal"] == 0:
        left["chargeback"] = left["reversal"] = 0
    return {kind: count for kind, count in left.items() if count}


def _items_of(kind: str) -> tuple[str, ...]:
    return (*_ITEMS_OF.get(kind, ()), f"{LEGACY}{kind}")


def unpaired_of(batch: SettlementBatch, kinds: Sequence[str] | None = None) -> list[LineFacts]:
    """Lines of a batch that ought to have an item and have none, in the file's order. `kinds`: those known to have any."""
    kinds = list(kinds_unpaired(batch)) if kinds is None else list(kinds)
    return lines_of(UNMATCHED_OF_BATCH, {"batch": batch.pk, "bucket": batch.bucket, "kinds": kinds}) if kinds else []


def unpaired_in_suspense(holder: str) -> list[LineFacts]:
    """Lines whose value waits in suspense of this merchant account."""
    return lines_of(UNMATCHED_IN_SUSPENSE, {"holder": holder})


def lines_without_equal(batch: SettlementBatch, other: SettlementBatch) -> list[LineFacts]:
    """Lines of a version of a batch that move money and that the other version has not, in the file's order."""
    buckets = {"one_bucket": batch.bucket, "other_bucket": other.bucket}
    return lines_of(WITHOUT_EQUAL, {"one": batch.pk, "other": other.pk, "kinds": list(ITEM_KINDS), **buckets})


def fee_lines(batch: SettlementBatch) -> list[LineFacts]:
    """Fee rows of a batch."""
    return lines_of(FEE_LINES, {"batch": batch.pk, "bucket": batch.bucket})


def lines_of(sql: str, parameters: dict[str, Any]) -> list[LineFacts]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [LineFacts(*_ints(row)) for row in cursor.fetchall()]


def _ints(row: Iterable[Any]) -> list[Any]:
    """numeric(38,0) comes as Decimal."""
    return [int(cell) if type(cell).__name__ == "Decimal" else cell for cell in row]


def _counts(sql: str, parameters: dict[str, Any]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {str(kind): int(count) for kind, count in cursor.fetchall()}
