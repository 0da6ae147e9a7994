"""Letting a missing item pass: asked by one person, agreed by another, shown for ever (D2)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ledger.actors import Actor
from ledger.ids import from_public
from ledger.models import ApprovalRequest, User
from ledger.operations import request_approval
from ledger.transitions import attribute
from reconciliation.models import CloseState, DailyClose
from reconciliation.operations.closing.days import audit_close, is_covered, lock_close, require_permission, taken_checklist
from reconciliation.operations.closing.refusals import CloseStateConflict, NotACheck
from reconciliation.queries.checklist import CheckItem, checklist

KIND = "close.override"


def request_override(*, close_id: UUID, name: str, reason: str, actor: Actor, now: datetime) -> ApprovalRequest:
    """Ask a second person to let pass what is missing now under this item, and nothing that comes later.

    Raises NotACheck, CloseStateConflict (not open, or asked already), CloseNotPermitted, ApprovalRefused (no reason).
    """
    require_permission(actor, "reconciliation.prepare_close", "reconciliation.sign_close")
    with transaction.atomic():
        close = lock_close(close_id)
        _require_open(close)
        item = _missing_item(close, name, now)
        if _is_asked(close, name):
            raise CloseStateConflict(f"An override of “{item.title}” waits for a second person already.", state=str(close.state))
        payload = {"close": close.public_id, "name": name, "title": item.title, "missing": list(item.named), "count": item.count}
        return request_approval(
            kind=KIND, payload=payload, summary=f"Override “{item.title}” for {close.business_date}", reason=reason, maker=actor,
            entity_id=close.entity_id, target_kind="DailyClose", target_id=close.public_id, now=now,
        )  # fmt: skip


def execute_override(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Note the override on the close, with reason and both people. Raises CloseStateConflict, NotACheck (nothing is missing now)."""
    close = lock_close(from_public(payload["close"], DailyClose.PREFIX))
    _require_open(close)
    _missing_item(close, payload["name"], now)
    close.overrides = [*close.overrides, _row(payload, request, actor, now)]
    close.checklist = taken_checklist(close, now)
    close.updated_at = now
    attribute(close, actor, "close.overridden")
    close.save(update_fields=["overrides", "checklist", "updated_at"])
    audit_close("close.overridden", close, actor, now, reason=request.reason, item=payload["name"], approval_id=request.public_id)


def _row(payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        **{name: payload[name] for name in ("name", "title", "missing", "count")},
        "reason": request.reason,
        "approval_id": request.public_id,
        "asked_by": request.maker_id,
        "asked_by_name": _name(request.maker_id),
        "approved_by": actor.id,
        "approved_by_name": _name(actor.id),
        "at": now.isoformat(),
    }


def _require_open(close: DailyClose) -> None:
    if close.state != CloseState.OPEN:
        raise CloseStateConflict("Only an open day's check can be overridden.", state=str(close.state))


def _missing_item(close: DailyClose, name: str, now: datetime) -> CheckItem:
    """The item, if something is missing there that no override covers yet."""
    found = checklist(close.entity, close.business_date, now=now)
    item = next((row for row in found if row.name == name and not row.ok and not is_covered(row, close.overrides)), None)
    if item is None:
        raise NotACheck(f"{name!r} is no missing item of this day.", field="name", rule="missing_item")
    return item


def _is_asked(close: DailyClose, name: str) -> bool:
    waiting = ApprovalRequest.objects.filter(kind=KIND, state="PENDING", target_kind="DailyClose", target_id=close.public_id)
    return any(request.payload["name"] == name for request in waiting)


def _name(user_id: str) -> str:
    user = User.objects.filter(pk=user_id).first()
    return user.get_username() if user else ""
