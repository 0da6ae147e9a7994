"""How tests end cases: asked by Ada, agreed by Ben, what was shown is what is posted."""

from collections.abc import Sequence

from cashier.proofs import locked_is_named
from ledger.actors import user_actor
from ledger.models import ApprovalRequest, JournalTransaction
from ledger.operations import decide
from reconciliation.models import ExceptionCase
from reconciliation.operations.casework import preview_of, propose_disposition
from tests.reconciliation.cases.records import Records
from tests.reconciliation.house import NOW, make_case

REASON = "the PSP says so, ticket 4711"
Links = Sequence[tuple[str, str]]


def a_case(
    records: Records, code: str, links: Links, *, amount_minor: int = 5000, facts: dict[str, object] | None = None, about: str = "1"
) -> ExceptionCase:
    case = make_case(records.house, code, amount_minor=amount_minor, links=links, about=about)
    if facts:
        case.facts = facts
        case.save(update_fields=["facts"])
    return case


def propose(records: Records, case: ExceptionCase, disposition: str, target: str = "") -> ApprovalRequest:
    propose_disposition(
        case_id=case.pk, disposition=disposition, reason=REASON, target=target, actor=user_actor(records.house.ada), now=NOW
    )
    return ApprovalRequest.objects.get(kind="case.disposition", state="PENDING")


def end(records: Records, case: ExceptionCase, disposition: str, target: str = "") -> ExceptionCase:
    """Proposed by Ada, approved by Ben; what was previewed is what is posted, and `locked` stays named."""
    shown = sorted((line.kind, line.amount_minor) for line in preview_of(case, disposition, target) if line.amount_minor)
    before = set(JournalTransaction.objects.values_list("pk", flat=True))
    request = propose(records, case, disposition, target)
    decide(request_id=request.pk, approve=True, checker=records.house.ben, reason="", now=NOW)
    posted = JournalTransaction.objects.exclude(pk__in=before)
    is_later = disposition == "refund"  # posts when the PSP confirms
    assert is_later or shown == sorted((entry.account.kind, int(entry.amount_minor)) for txn in posted for entry in txn.entries.all())
    locked = locked_is_named()
    assert locked.ok, locked.differences
    case.refresh_from_db()
    return case
