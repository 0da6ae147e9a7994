"""The close of one business day of one entity: begun, prepared, fallen back (D1 to D3).

OPEN -> CLOSING is committed first, so that new postings go to the next day; then nothing older may be in flight; then the
checklist is taken and the day is PREPARED, with a request for another person's signature.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ledger.actors import Actor, user_actor
from ledger.horizon import current_mark, wait_until_past
from ledger.models import LegalEntity, User
from ledger.operations import close_to_postings, open_to_postings, record_audit, request_approval, seal_audit
from ledger.transitions import move
from reconciliation.models import CloseState, DailyClose
from reconciliation.operations.closing.refusals import CloseNotReady, CloseStateConflict
from reconciliation.queries.checklist import checklist
from reconciliation.queries.totals import day_totals

IN_FLIGHT_SECONDS = 30.0


def open_close(*, entity: LegalEntity, day: date, now: datetime) -> DailyClose:
    """The newest version of the day's close; made OPEN, with the entity's zone and cut-off, where there is none (D1)."""
    with transaction.atomic():
        LegalEntity.objects.select_for_update(no_key=True).get(pk=entity.pk)
        close = DailyClose.objects.filter(entity=entity, business_date=day).order_by("-version").first()
        return close or DailyClose.objects.create(
            entity=entity, business_date=day, zone=entity.zone, cutoff=entity.cutoff, created_at=now, updated_at=now
        )


def refresh_checklist(*, close_id: UUID, now: datetime) -> DailyClose:
    """Look again at an OPEN day's checklist and store what was found."""
    with transaction.atomic():
        close = lock_close(close_id)
        if close.state == CloseState.OPEN:
            close.checklist = taken_checklist(close, now)
            close.updated_at = now
            close.save(update_fields=["checklist", "updated_at"])
    return close


def prepare_close(*, close_id: UUID, preparer: User, now: datetime) -> DailyClose:
    """Prepare the day and ask another person to sign it.

    (1) OPEN -> CLOSING, closed to postings, committed; (2) wait until no older transaction is in flight; (3) seal the audit chain;
    (4) take the checklist: whole -> PREPARED and a request close.sign_off, else back to OPEN. Needs no open transaction.
    Raises CloseNotReady naming what is missing, CloseStateConflict.
    """
    _begin(close_id, user_actor(preparer), now)
    try:
        if not wait_until_past(current_mark(), seconds=IN_FLIGHT_SECONDS):
            raise CloseNotReady("Postings of this day are still in flight. Try again in a minute.", missing=["postings in flight"])
        seal_audit(now=now)
        return _prepare(close_id, preparer, now)
    except Exception:
        fall_back(close_id=close_id, actor=user_actor(preparer), now=now, why="preparing did not succeed")
        raise


def fall_back(*, close_id: UUID, actor: Actor, now: datetime, why: str) -> DailyClose:
    """CLOSING or PREPARED -> OPEN, open to postings again. Does nothing to an OPEN day. Raises CloseStateConflict for a signed one."""
    with transaction.atomic():
        close = lock_close(close_id)
        if close.state == CloseState.OPEN:
            return close
        if close.state == CloseState.SIGNED_OFF:
            raise CloseStateConflict("A signed day is reopened by two people, not changed.")
        close.prepared_at, close.preparer, close.approval_id = None, None, None
        move(close, "fall_back", actor=actor, now=now, event="close.fell_back", extra_fields=["prepared_at", "preparer", "approval_id"])
        open_to_postings(entity_id=close.entity_id, day=close.business_date, actor=actor, now=now)
        _audit("close.fell_back", close, actor, now, reason=why)
    return close


def lock_close(close_id: UUID) -> DailyClose:
    """The close, locked, with its entity. Needs a transaction."""
    return DailyClose.objects.select_for_update(of=("self",)).select_related("entity").get(pk=close_id)


def taken_checklist(close: DailyClose, now: datetime) -> list[dict[str, Any]]:
    """The checklist as it stands, each item with the override that covers it, if any."""
    overridden = {row["name"] for row in close.overrides}
    return [{**item.as_dict(), "overridden": item.name in overridden} for item in checklist(close.entity, close.business_date, now=now)]


def missing_of(items: list[dict[str, Any]]) -> list[str]:
    """What still stands between the day and its signature."""
    return [f"{item['title']}: {'; '.join(item['missing'][:5])}" for item in items if not item["ok"] and not item["overridden"]]


def _begin(close_id: UUID, actor: Actor, now: datetime) -> DailyClose:
    with transaction.atomic():
        close = lock_close(close_id)
        if close.state not in (CloseState.OPEN, CloseState.CLOSING):
            raise CloseStateConflict(f"The day is {str(close.state).lower().replace('_', ' ')} already.", state=str(close.state))
        _require_order(close)
        if close.state == CloseState.OPEN:
            close.begun_at, close.begun_by_kind, close.begun_by_id = now, actor.kind, actor.id
            move(close, "begin", actor=actor, now=now, event="close.begun", extra_fields=["begun_at", "begun_by_kind", "begun_by_id"])
            close_to_postings(entity_id=close.entity_id, day=close.business_date, actor=actor, now=now)
    return close


def _prepare(close_id: UUID, preparer: User, now: datetime) -> DailyClose:
    with transaction.atomic():
        close = lock_close(close_id)
        if close.state != CloseState.CLOSING:
            raise CloseStateConflict("Somebody else changed this close meanwhile.", state=str(close.state))
        close.checklist = taken_checklist(close, now)
        missing = missing_of(close.checklist)
        if missing:
            raise CloseNotReady(f"{len(missing)} things are missing.", missing=missing)
        totals = day_totals(close.entity, close.business_date)
        request = request_approval(
            kind="close.sign_off", payload={"close": close.public_id, "version": close.version, "totals": totals},
            summary=f"Sign off {close.business_date:%d %b %Y} of {close.entity.name}", reason=f"Prepared by {preparer.get_username()}",
            maker=user_actor(preparer), entity_id=close.entity_id, target_kind="DailyClose", target_id=close.public_id, now=now,
        )  # fmt: skip
        close.prepared_at, close.preparer, close.approval_id = now, preparer, request.pk
        fields = ["prepared_at", "preparer", "approval_id", "checklist"]
        move(close, "prepare", actor=user_actor(preparer), now=now, event="close.prepared", extra_fields=fields)
        _audit("close.prepared", close, user_actor(preparer), now)
    return close


def _require_order(close: DailyClose) -> None:
    """Days are signed in order: no earlier day of the entity may have a close that is not signed."""
    earlier = DailyClose.objects.filter(entity=close.entity, business_date__lt=close.business_date).order_by("business_date", "-version")
    newest: dict[date, DailyClose] = {}
    for row in earlier:
        newest.setdefault(row.business_date, row)
    unsigned = [row for row in newest.values() if row.state != CloseState.SIGNED_OFF]
    if unsigned:
        raise CloseNotReady(
            f"Days are signed in order: {unsigned[0].business_date} comes first.", missing=[f"{unsigned[0].business_date} is not signed"]
        )


def _audit(act: str, close: DailyClose, actor: Actor, now: datetime, *, reason: str = "") -> None:
    detail = {"business_date": close.business_date.isoformat(), "version": close.version}
    record_audit(act=act, actor=actor, target_kind="DailyClose", target_id=close.public_id, detail=detail, reason=reason, now=now)
