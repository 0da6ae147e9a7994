"""Requests for an ending of a case that ended by itself meanwhile: nothing is left to decide, and they are taken back (S1, E3).

A rule that ends a case holds locks of its run; who decides on the request holds the request, and waits for the case. So the request is
taken back afterwards, in the order of those who decide. Until then a yes is refused (`require_waiting`).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ledger.actors import system_actor
from ledger.ids import from_public
from ledger.models import ApprovalRequest
from ledger.operations import take_back_moot
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.models.cases import ENDED_STATES
from reconciliation.operations.cases import add_entry
from reconciliation.operations.casework.refusals import CaseNotOpen

CLERK = system_actor("casework")
KINDS = ("case.disposition", "case.dispositions")
PENDING = ApprovalRequest.State.PENDING


def withdraw_moot_requests(*, now: datetime) -> int:
    """Take back every pending request for which no case waits any more; returns how many. One that is being decided is left alone."""
    pending = list(ApprovalRequest.objects.filter(kind__in=KINDS, state=PENDING).order_by("requested_at").values_list("pk", flat=True))
    waiting = set(_waiting_for(pending))
    return sum(_withdraw(request_id, now) for request_id in pending if request_id not in waiting)


def require_waiting(case: ExceptionCase, request: ApprovalRequest) -> None:
    """Raises CaseNotOpen, saying why, unless the case waits for this request. Needs the case locked."""
    if case.state in ENDED_STATES:
        raise CaseNotOpen(f"{_ended(case)} Nothing is left to approve: this request will be taken back.", state=str(case.state))
    if case.state != CaseState.PROPOSED or case.approval_id != request.pk:
        raise CaseNotOpen(f"{case.label} waits for this request no more. Nothing is left to approve.", state=str(case.state))


def _waiting_for(requests: list[UUID]) -> list[UUID | None]:
    """Those of the requests for which a case waits."""
    cases = ExceptionCase.objects.filter(state=CaseState.PROPOSED, approval_id__in=requests)
    return list(cases.values_list("approval_id", flat=True))


def _withdraw(request_id: UUID, now: datetime) -> bool:
    """No case comes to wait for a request later than the request itself: looked at once more, under its lock."""
    with transaction.atomic():
        request = ApprovalRequest.objects.select_for_update(skip_locked=True).filter(pk=request_id, state=PENDING).first()
        if request is None or _waiting_for([request_id]):
            return False
        cases = _cases_of(request.payload)
        why = " ".join(_ended(case) if case.state in ENDED_STATES else f"{case.label} waits for it no more." for case in cases)
        take_back_moot(request=request, why=why[:1000], actor=CLERK, now=now)
        for case in cases:
            data = {"approval_id": request.public_id}
            text = "The proposal was taken back: the case had ended or moved on without it."
            add_entry(case, kind="proposal", text=text, data=data, actor=CLERK, now=now)
    return True


def _cases_of(payload: dict[str, Any]) -> list[ExceptionCase]:
    """The cases of a request for one, or for many, by number."""
    named = [each["case"] for each in payload.get("cases", [payload])]
    keys = [from_public(public_id, ExceptionCase.PREFIX) for public_id in named]
    return list(ExceptionCase.objects.filter(pk__in=keys).order_by("number"))


def _ended(case: ExceptionCase) -> str:
    """ "CASE-17 ended by itself meanwhile: the line came.", with the words that ended it."""
    by = "by itself" if case.state == CaseState.AUTO_RESOLVED else "by a person"
    note = case.resolution_note.strip() or case.resolution
    return f"{case.label} has ended {by} meanwhile: {note.rstrip('.')}."
