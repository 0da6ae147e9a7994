"""Cases with how they were worked and ended, a row at a time (E5): one row of the case, then one per entry of its timeline."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from ledger.exports import Major
from reconciliation.models import CaseEntry, ExceptionCase

HEADER = (
    "case", "case_id", "row", "reason_code", "category", "severity", "owner_team", "assignee", "state", "entity", "account",
    "business_day", "amount", "currency", "amount_minor", "merchant_reference", "psp_reference", "bank_reference", "opened_at", "due_at",
    "escalated_at", "resolved_at", "resolution", "at", "actor_kind", "actor_id", "kind", "text",
)  # fmt: skip
CHUNK = 500


def export_rows(cases: QuerySet[ExceptionCase]) -> Iterator[Sequence[Any]]:
    """Rows under HEADER; `row` is "case" or "history". Cases are read in chunks, in the queryset's order."""
    found = cases.select_related("entity", "merchant_account", "bank_account", "assignee").iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        entries: dict[Any, list[CaseEntry]] = {}
        for entry in CaseEntry.objects.filter(case__in=[case.pk for case in chunk]).order_by("case", "id"):
            entries.setdefault(entry.case_id, []).append(entry)
        for case in chunk:
            facts = _facts(case)
            yield (case.label, case.public_id, "case", *facts, None, case.resolved_by_kind, case.resolved_by_id, "", case.resolution_note)
            for entry in entries.get(case.pk, ()):
                told = (entry.at, entry.actor_kind, entry.actor_id, entry.kind, entry.text)
                yield (case.label, case.public_id, "history", *facts, *told)


def _facts(case: ExceptionCase) -> tuple[Any, ...]:
    account = case.merchant_account or case.bank_account
    return (
        case.reason_id, case.category, case.severity, case.owner_team, case.assignee.get_username() if case.assignee else "", case.state,
        case.entity.code, account.code if account else "", case.business_date, Major(case.amount_minor, case.currency), case.currency,
        case.amount_minor, case.merchant_reference, case.psp_reference, case.bank_reference, case.opened_at, case.due_at,
        case.escalated_at, case.resolved_at, case.resolution,
    )  # fmt: skip
