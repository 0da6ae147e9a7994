"""Items from before our time (R5): a PSP's account that is older than these books reports payments of the books before, which name nothing
of ours. They are matched with their batch as a whole, marked legacy, and their money is `outside`: no case for each of a million lines."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from cashier.contracts import ours_since
from reconciliation.matching.sql import LEGACY_KINDS, insert_legacy
from reconciliation.models import SettlementBatch
from reconciliation.operations.run.context import MerchantRun


def pair_legacy(step: MerchantRun, batch: SettlementBatch, kinds: Iterable[str]) -> int:
    """Match those lines of a batch, of these kinds; gives their number."""
    return _insert(step, insert_legacy(), kinds, batch=batch.pk, bucket=batch.bucket)


def pair_legacy_lines(step: MerchantRun, line_ids: Sequence[int]) -> int:
    """The same of lines that wait in suspense: it was agreed since when payments are ours after they were posted."""
    return _insert(step, insert_legacy(by_line=True), LEGACY_KINDS, lines=list(line_ids)) if line_ids else 0


def _insert(step: MerchantRun, statement: str, kinds: Iterable[str], **chosen: Any) -> int:
    since, wanted = ours_since(step.account.contract), [kind for kind in kinds if kind in LEGACY_KINDS]
    if since is None or not wanted:
        return 0
    given = {"run": step.run.pk, "now": step.now, "account": step.account.pk, "ours_since": since, "kinds": wanted, **chosen}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.rowcount)
