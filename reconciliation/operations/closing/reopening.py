"""Reopening a signed day: two people; both versions stay (D3)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ledger.actors import Actor
from ledger.ids import from_public
from ledger.models import ApprovalRequest
from ledger.operations import open_to_postings, request_approval
from ledger.transitions import attribute, record_birth
from reconciliation.models import CloseState, DailyClose
from reconciliation.operations.closing.days import audit_close, lock_close, require_permission
from reconciliation.operations.closing.refusals import CloseStateConflict


def request_reopen(*, close_id: UUID, reason: str, actor: Actor, now: datetime) -> ApprovalRequest:
    """Ask a second person to reopen a signed day; both versions are kept.

    Days are signed in order, so the last one signed is reopened first. Raises CloseStateConflict, CloseNotPermitted, ApprovalRefused.
    """
    require_permission(actor, "reconciliation.reopen_close")
    with transaction.atomic():
        close = lock_close(close_id)
        _require_reopenable(close)
        return request_approval(
            kind="close.reopen", payload={"close": close.public_id}, summary=f"Reopen {close.business_date} of {close.entity.name}",
            reason=reason, maker=actor, entity_id=close.entity_id, target_kind="DailyClose", target_id=close.public_id, now=now,
        )  # fmt: skip


def execute_reopen(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """The signed version stays as it is; the next one begins OPEN and the day takes postings again. Raises CloseStateConflict."""
    close = lock_close(from_public(payload["close"], DailyClose.PREFIX))
    _require_reopenable(close)
    close.reopened_at = close.updated_at = now
    attribute(close, actor, "close.reopened")
    close.save(update_fields=["reopened_at", "updated_at"])
    following = DailyClose(
        entity=close.entity, business_date=close.business_date, version=close.version + 1, zone=close.zone, cutoff=close.cutoff,
        created_at=now, updated_at=now,
    )  # fmt: skip
    attribute(following, actor, "close.reopened")
    following.save(force_insert=True)
    record_birth(following, actor=actor, now=now, event="close.reopened")
    open_to_postings(entity_id=close.entity_id, day=close.business_date, actor=actor, now=now)
    audit_close("close.reopened", close, actor, now, reason=request.reason, next_version=following.public_id)


def _require_reopenable(close: DailyClose) -> None:
    if close.state != CloseState.SIGNED_OFF or close.reopened_at is not None:
        raise CloseStateConflict("Only a signed day can be reopened, once.", state=str(close.state))
    later = DailyClose.objects.filter(entity=close.entity, business_date__gt=close.business_date, reopened_at=None)
    begun = later.exclude(state=CloseState.OPEN).order_by("-business_date").first()
    if begun is not None:
        verb = "reopen" if begun.state == CloseState.SIGNED_OFF else "send back"
        raise CloseStateConflict(f"{begun.business_date} comes after it: {verb} that one first.", state=str(begun.state))
