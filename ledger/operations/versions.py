"""Data in versions under four eyes (S1): drafted by one person, tried, approved by another, in force until the next (R1, R15, C12).

What a version says, when that is sound and what counts as a trial is for its own floor to tell. Here is what every version goes through.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, Version, VersionState
from ledger.operations.approvals import request_approval
from ledger.operations.audit import record_audit
from ledger.refusals import Conflict
from ledger.transitions import attribute, move, record_birth

V = TypeVar("V", bound=Version)
Body = dict[str, Any]


def add_draft(row: V, *, body: Body, maker: Actor, now: datetime) -> V:
    """Save the new `row`, which knows what it is a version of, as a draft with the next number. Under `one_at_a_time`."""
    newest = row.versions().aggregate(newest=Max("version"))["newest"] or 0
    row.version, row.maker_kind, row.maker_id = newest + 1, maker.kind, maker.id
    row.created_at = row.updated_at = now
    row.say(body)
    attribute(row, maker, f"{row.NOUN}.drafted")
    row.save(force_insert=True)
    record_birth(row, actor=maker, now=now, event=f"{row.NOUN}.drafted")
    return row


def change_draft(row: V, *, body: Body, actor: Actor, now: datetime, **told: Any) -> V:
    """Put a new body in a draft that is locked; what was tried before counts no more. `told` is noted beside version and digest."""
    row.say(body)
    row.updated_at = now
    attribute(row, actor, f"{row.NOUN}.changed")
    row.save(update_fields=[row.BODY, "digest", "updated_at"])
    _note(row, "changed", {"version": row.version, "digest": row.digest, **told}, actor, now)
    return row


def lock_version(model: type[V], key: UUID, why: str, *states: str) -> V:
    """The row under its lock. Raises Conflict with `why` where it is in none of `states`: no draft, where none is named."""
    row: V = model._default_manager.select_for_update(no_key=True).get(pk=key)
    if row.state not in (states or (VersionState.DRAFT,)):
        raise Conflict(why, state=str(row.state))
    return row


def frozen(row: Version) -> dict[str, Any]:
    """What of a version every request freezes: its number, its digest, and the number in force (0: none)."""
    before = row.in_force()
    return {"version": row.version, "digest": row.digest, "in_force": before.version if before else 0}


def submit(
    row: Version, *, payload: dict[str, Any], summary: str, reason: str, maker: Actor, now: datetime, entity_id: UUID | None = None
) -> ApprovalRequest:
    """Send a version that is locked for approval. `payload` holds what `frozen` gives."""
    move(row, "submit", actor=maker, now=now, event=f"{row.NOUN}.submitted")
    return request_approval(
        kind=f"{row.NOUN}.activate", payload=payload, summary=summary, reason=reason, maker=maker, entity_id=entity_id,
        target_kind=row._meta.object_name or "", target_id=row.public_id, now=now,
    )  # fmt: skip


def activate(
    model: type[V], public_id: str, *, check: Callable[[V], object], payload: Mapping[str, Any], request: ApprovalRequest, actor: Actor,
    now: datetime,
) -> V:  # fmt: skip
    """Put an approved version in force and retire the one before.

    Raises ApprovalRefused where either is not what it was; whatever `check` raises of a version that can't be so by now.
    """
    one_at_a_time(model)
    row: V = model._default_manager.select_for_update(no_key=True).get(pk=model.id_of(public_id))
    if row.state != VersionState.WAITING or row.digest != payload["digest"]:
        raise ApprovalRefused("This version is not the one that was sent for approval.")
    before = row.in_force()
    if (before.version if before else 0) != payload["in_force"]:
        raise ApprovalRefused("Another version came into force since this was asked for: reject it, and ask again.")
    check(row)
    if before is not None:
        before.retired_at = now
        move(before, "retire", actor=actor, now=now, event=f"{row.NOUN}.retired", extra_fields=["retired_at"])
    row.activated_at, row.retired_at = now, None
    move(row, "activate", actor=actor, now=now, event=f"{row.NOUN}.activated", extra_fields=["activated_at", "retired_at"])
    _note(row, "activated", {**payload, "approval": request.public_id}, actor, now, reason=request.reason)
    return row


def send_back(model: type[V], public_id: str, *, actor: Actor, now: datetime) -> None:
    """The request was rejected, withdrawn or ran out: it is what it was before."""
    row: V = model._default_manager.select_for_update(no_key=True).get(pk=model.id_of(public_id))
    if row.state == VersionState.WAITING:
        move(row, row.way_back(), actor=actor, now=now, event=f"{row.NOUN}.sent_back")


def drop_version(model: type[V], key: UUID, *, actor: Actor, now: datetime) -> V:
    """Give a draft up; it stays to be read. Raises Conflict."""
    with transaction.atomic():
        row = lock_version(model, key, "Only a draft is dropped.")
        move(row, "drop", actor=actor, now=now, event=f"{row.NOUN}.dropped")
    return row


def one_at_a_time(model: type[Version]) -> None:
    """Version numbers and the one version in force are decided under one lock, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [model._meta.db_table])


def _note(row: Version, act: str, detail: dict[str, Any], actor: Actor, now: datetime, *, reason: str = "") -> None:
    record_audit(
        act=f"{row.NOUN}.{act}", actor=actor, target_kind=row._meta.object_name or "", target_id=row.public_id, detail=detail,
        reason=reason, now=now,
    )  # fmt: skip
