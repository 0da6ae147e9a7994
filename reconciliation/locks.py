"""Row locks of matching, in one order everywhere: the cases that speak of a record by id, the matches of a line by their part, its place
in suspense, payouts by id, the runs of their days by id. Then what is posted. Whoever posts first waits for a payout with accounts in
hand that the payout's holder wants; a person who decides a case holds it before anything that it speaks of."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from reconciliation.models import CaseLink, ExceptionCase, Match, ReconciliationRun, SettlementBatch, SuspenseItem
from reconciliation.models.cases import LIVE_STATES
from reconciliation.models.files import BatchState

Links = Iterable[tuple[str, str]]


def lock_cases(links: Links) -> None:
    """The live cases with any of these links (kind, public id): those that may end by what is done next."""
    named = Q(pk__in=[])
    for kind, target in links:
        named |= Q(kind=kind, target_id=target)
    rows = ExceptionCase.objects.select_for_update(of=("self",)).filter(state__in=LIVE_STATES)
    list(rows.filter(pk__in=CaseLink.objects.filter(named).values("case_id")).order_by("pk").values_list("pk"))


def lock_matches(line_kind: str, line_id: int) -> list[Match]:
    """All that the line is matched with now, locked in the order of its parts."""
    rows = Match.objects.select_for_update(of=("self",)).filter(line_kind=line_kind, line_id=line_id, undone_at=None)
    return list(rows.select_related("batch__merchant_account__entity").order_by("line_part"))


def lock_suspense(line_kind: str, line_id: int) -> SuspenseItem | None:
    """The line's place in suspense, where it has, or had, one."""
    return SuspenseItem.objects.select_for_update(of=("self",)).filter(line_kind=line_kind, line_id=line_id).first()


def lock_waiting(line_kind: str, line_id: int, batches: Iterable[SettlementBatch] = ()) -> SuspenseItem | None:
    """The line's place in suspense, after the cases that speak of the line or of these payouts; None where it waits there no more: a
    person, or another run, took it out meanwhile."""
    lock_cases([(f"{line_kind}_line", str(line_id)), *(("batch", batch.public_id) for batch in batches)])
    item = lock_suspense(line_kind, line_id)
    return item if item is not None and item.cleared_at is None else None


def lock_expected(batches: Iterable[SettlementBatch]) -> bool:
    """Whether the bank has shown none of these payouts yet, under their locks: since they were read a person, or another run, may have
    named a line for one. The cases that speak of them are locked first."""
    wanted = list(batches)
    lock_cases(("batch", batch.public_id) for batch in wanted)
    return all(batch.state == BatchState.SETTLED for batch in lock_batches(batch.pk for batch in wanted).values())


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
