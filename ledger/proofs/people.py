"""Proof that no posting of people stands without the consent of others (L12, S1)."""

from collections.abc import Iterator

from django.db.models import Count, F, Q

from ledger.models import ApprovalRequest, JournalTransaction
from ledger.proofs.checks import Check, Difference, check_of
from ledger.proofs.kinds import DECIDED_BY_PEOPLE
from ledger.refusals import LedgerError

# Postings of people that are keyed by their approval; OPENING_BALANCE takes over books from before these.
APPROVED_KINDS = (
    *(kind for kind in DECIDED_BY_PEOPLE if kind != "OPENING_BALANCE"),
    "MANUAL_CREDIT", "MANUAL_DEBIT", "RECEIVABLE_WRITTEN_OFF", "DISPUTE_DEBT_WRITTEN_OFF", "LINE_UNMATCHED", "BANK_UNMATCHED",
)  # fmt: skip
_KEY = "approval:"


def acts_of_people_are_approved() -> Check:
    """Each posting by hand names a request that is approved by as many people as it needs, none of them its maker."""
    acts = JournalTransaction.objects.filter(Q(kind__in=APPROVED_KINDS) | Q(posting_key__startswith=_KEY))
    return check_of("acts_of_people_are_approved", acts.count(), _unapproved(acts.values_list("id", "kind", "posting_key").iterator()))


def _unapproved(acts: Iterator[tuple[object, str, str]]) -> Iterator[Difference]:
    for identity, kind, key in acts:
        fault = _fault(key)
        if fault:
            yield {"transaction": str(identity), "kind": kind, "posting_key": key, "fault": fault}


def _fault(key: str) -> str:
    """What is wrong with the approval that a posting key names; empty where nothing is."""
    if not key.startswith(_KEY):
        return "it names no approval"
    others = Count("decisions", filter=Q(decisions__approve=True) & ~Q(decisions__checker_ref=F("maker_id")))
    try:
        request_id = ApprovalRequest.id_of(key.split(":")[1])
    except LedgerError:
        return "it names no approval"
    request = ApprovalRequest.objects.annotate(consents=others).filter(pk=request_id).first()
    if request is None or request.state != ApprovalRequest.State.APPROVED:
        return f"its approval is {request.state}" if request else "there is no such approval"
    return "" if request.consents >= request.required else f"{request.consents} of {request.required} people consented"
