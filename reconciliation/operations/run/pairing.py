"""Lines and items are paired by the rules, set by set (R4, R5)."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.db import IntegrityError, connection, transaction

from reconciliation.matching.rules import Rule
from reconciliation.matching.sql import insert_matches
from reconciliation.models import Match, SettlementBatch
from reconciliation.operations.run import shares
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.shares import NotInShares, insert_in_shares
from reconciliation.queries.unpaired import kinds_unpaired


def pair_batch(step: MerchantRun, batch: SettlementBatch) -> list[str]:
    """Apply every rule, in order, to the lines of a batch; a kind that is whole is passed over. Gives the kinds that are not whole."""
    left = kinds_unpaired(batch)
    untouched = {rule.kind for rule in step.rules.psp} if not Match.objects.filter(batch=batch).exists() else set()
    parameters = {**_common(step), "batch": batch.pk, "bucket": batch.bucket}
    may_share = not connection.in_atomic_block
    with transaction.atomic():
        for rule in step.rules.psp:
            if left.get(rule.kind) and (not rule.sources or batch.source_file.source in rule.sources):
                in_shares = may_share and left[rule.kind] >= shares.LARGE
                left[rule.kind] -= _apply(rule, parameters, is_fresh=rule.kind in untouched, in_shares=in_shares)
                untouched.discard(rule.kind)
    return [kind for kind, count in left.items() if count]


def _apply(rule: Rule, parameters: dict[str, Any], *, is_fresh: bool, in_shares: bool) -> int:
    """Number of new pairs. A fresh batch is tried without looking for second lines, which costs a sixth of a large one's time."""
    with connection.cursor() as cursor:
        if is_fresh and in_shares:
            with suppress(NotInShares):
                return insert_in_shares(insert_matches(rule, is_fresh=True), parameters, rule.key)
        elif is_fresh:
            with suppress(IntegrityError), transaction.atomic():
                cursor.execute(insert_matches(rule, is_fresh=True), parameters)
                return int(cursor.rowcount)
        cursor.execute(insert_matches(rule, is_fresh=False), parameters)
        return int(cursor.rowcount)


def pair_lines(step: MerchantRun, line_ids: Sequence[int]) -> int:
    """Apply every rule to these lines: after evidence came, and to what waits in suspense."""
    if not line_ids:
        return 0
    parameters = {**_common(step), "lines": list(line_ids)}
    paired = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for rule in step.rules.psp:
            cursor.execute(insert_matches(rule, is_fresh=False, by_line=True), parameters)
            paired += cursor.rowcount
    return paired


def _common(step: MerchantRun) -> dict[str, Any]:
    return {"run": step.run.pk, "now": step.now, "account": step.account.pk}
