"""Row locks of matching, in one order everywhere: the matches of a line by their part, its place in suspense, payouts by id, the runs of
their days by id. Then what is posted. Whoever posts first waits for a payout with accounts in hand that the payout's holder wants."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from reconciliation.models import Match, ReconciliationRun, SettlementBatch, SuspenseItem


def lock_matches(line_kind: str, line_id: int) -> list[Match]:
    """All that the line is matched with now, locked in the order of its parts."""
    rows = Match.objects.select_for_update(of=("self",)).filter(line_kind=line_kind, line_id=line_id, undone_at=None)
    return list(rows.select_related("batch__merchant_account__entity").order_by("line_part"))


def lock_suspense(line_kind: str, line_id: int) -> SuspenseItem | None:
    """The line's place in suspense, where it has, or had, one."""
    return SuspenseItem.objects.select_for_update(of=("self",)).filter(line_kind=line_kind, line_id=line_id).first()


def lock_batches(ids: Iterable[UUID]) -> dict[UUID, SettlementBatch]:
    """These payouts, and the runs of their accounts and days, whose residuals follow them (R8)."""
    rows = SettlementBatch.objects.select_for_update(of=("self",)).select_related("merchant_account__entity", "source_file")
    found = {batch.pk: batch for batch in rows.filter(pk__in=list(ids)).order_by("pk")}
    days = Q()
    for batch in found.values():
        days |= Q(merchant_account=batch.merchant_account_id, date=batch.business_date)
    if found:
        list(ReconciliationRun.objects.select_for_update(of=("self",)).filter(days).order_by("pk").values_list("pk"))
    return found
