"""Back to OPEN: something changed, something failed, or nobody signed (D3)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ledger.actors import Actor
from ledger.ids import from_public
from ledger.models import ApprovalRequest
from ledger.operations import open_to_postings, record_audit
from ledger.transitions import move
from reconciliation.models import CloseState, DailyClose
from reconciliation.operations.closing.days import audit_close, lock_close
from reconciliation.operations.closing.refusals import CloseStateConflict

PENDING = ApprovalRequest.State.PENDING


def fall_back(*, close_id: UUID, actor: Actor, now: datetime, why: str) -> DailyClose:
    """CLOSING or PREPARED -> OPEN, open to postings again; the request for a signature is withdrawn. An OPEN day stays as it is.

    (1) the request is locked before the close, in the order of those who decide on it. Raises CloseStateConflict for a signed day,
    or where somebody changed it meanwhile.
    """
    with transaction.atomic():
        approval_id = DailyClose.objects.values_list("approval_id", flat=True).get(pk=close_id)
        request = ApprovalRequest.objects.select_for_update().filter(pk=approval_id).first() if approval_id else None
        close = lock_close(close_id)
        if close.state == CloseState.OPEN:
            return close
        if close.state == CloseState.SIGNED_OFF:
            raise CloseStateConflict("A signed day is reopened by two people, not changed.", state=str(close.state))
        if close.approval_id != approval_id:
            raise CloseStateConflict("Somebody else changed this close meanwhile.", state=str(close.state))
        if request is not None and request.state == PENDING:
            _withdraw(request, actor, now, why)
        return to_open(close, actor=actor, now=now, why=why)


def drop_sign_off(*, payload: dict[str, object], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Rejected, withdrawn or expired: the day is open again. Called with the request locked."""
    close = lock_close(from_public(str(payload["close"]), DailyClose.PREFIX))
    if close.state == CloseState.PREPARED and close.approval_id == request.pk:
        to_open(close, actor=actor, now=now, why=f"sign-off {str(request.state).lower()}")


def to_open(close: DailyClose, *, actor: Actor, now: datetime, why: str, fields: Sequence[str] = ()) -> DailyClose:
    """CLOSING or PREPARED -> OPEN, with `fields` saved. Needs the close locked."""
    close.prepared_at, close.preparer, close.approval_id = None, None, None
    changed = ["prepared_at", "preparer", "approval_id", *fields]
    move(close, "fall_back", actor=actor, now=now, event="close.fell_back", extra_fields=changed)
    open_to_postings(entity_id=close.entity_id, day=close.business_date, actor=actor, now=now)
    audit_close("close.fell_back", close, actor, now, reason=why)
    return close


def _withdraw(request: ApprovalRequest, actor: Actor, now: datetime, why: str) -> None:
    """The day is not what was to be signed: its request ends with it."""
    request.decided_at = now
    move(request, "withdraw", actor=actor, now=now, event="approval.withdrawn", extra_fields=["decided_at"])
    detail = {"kind": request.kind, "payload_sha256": request.payload_sha256, "state": str(request.state)}
    record_audit(
        act="approval.withdrawn",
        actor=actor,
        target_kind="ApprovalRequest",
        target_id=request.public_id,
        detail=detail,
        reason=why,
        now=now,
    )
