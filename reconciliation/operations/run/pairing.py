"""Lines and items are paired by the rules, set by set (R4, R5)."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from reconciliation.matching.facts import LineFacts
from reconciliation.matching.rules import RULES
from reconciliation.matching.sql import UNMATCHED_IN_SUSPENSE, UNMATCHED_OF_BATCH, insert_matches
from reconciliation.models import Match, SettlementBatch
from reconciliation.operations.run.context import MerchantRun, rows_of


def pair_batch(step: MerchantRun, batch: SettlementBatch) -> int:
    """Apply every rule, in order, to the lines of a batch; gives the number of new pairs."""
    is_fresh = not Match.objects.filter(batch=batch).exists()
    parameters = {**_common(step), "batch": batch.pk, "bucket": batch.bucket}
    paired = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        for rule in RULES:
            cursor.execute(insert_matches(rule, is_fresh=is_fresh), parameters)
            paired += cursor.rowcount
            is_fresh = is_fresh and not paired
    return paired


def pair_lines(step: MerchantRun, line_ids: Sequence[int]) -> int:
    """Apply every rule to these lines: after evidence came, and to what waits in suspense."""
    if not line_ids:
        return 0
    parameters = {**_common(step), "lines": list(line_ids)}
    paired = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for rule in RULES:
            cursor.execute(insert_matches(rule, is_fresh=False, by_line=True), parameters)
            paired += cursor.rowcount
    return paired


def unpaired_of(batch: SettlementBatch) -> list[LineFacts]:
    """Lines of a batch that ought to have an item and have none, in the file's order."""
    return [LineFacts(*row) for row in _ints(rows_of(UNMATCHED_OF_BATCH, {"batch": batch.pk, "bucket": batch.bucket}))]


def unpaired_in_suspense(holder: str) -> list[LineFacts]:
    """Lines whose value waits in suspense of this merchant account."""
    return [LineFacts(*row) for row in _ints(rows_of(UNMATCHED_IN_SUSPENSE, {"holder": holder}))]


def _common(step: MerchantRun) -> dict[str, Any]:
    return {"run": step.run.pk, "now": step.now, "account": step.account.pk}


def _ints(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    """numeric(38,0) comes as Decimal."""
    return [[int(cell) if type(cell).__name__ == "Decimal" else cell for cell in row] for row in rows]


def line_facts(rows: list[tuple[Any, ...]]) -> list[LineFacts]:
    """Rows of LINE_COLUMNS as values."""
    return [LineFacts(*row) for row in _ints(rows)]
