"""The close of a business day: its row, its lock, the order of days, its checklist (D1 to D3).

Locks, always in this order: the request for the signature (if any), the entity, the close. The entity's lock makes all acts on
closes of one entity wait for each other; postings don't take it.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from ledger.actors import Actor
from ledger.calendar import business_date
from ledger.models import LegalEntity, User
from ledger.operations import holds_permission, record_audit
from reconciliation.models import CloseState, DailyClose
from reconciliation.operations.closing.cover import watch_player_money
from reconciliation.operations.closing.refusals import CloseNotPermitted, CloseNotReady
from reconciliation.queries.activity import next_active_day
from reconciliation.queries.checklist import CheckItem, checklist

DAYS_AT_ONCE = 31
_A_DAY = timedelta(days=1)


def open_close(*, entity: LegalEntity, day: date, now: datetime) -> DailyClose:
    """The newest version of the day's close; made OPEN, with the entity's zone and cut-off, where there is none (D1)."""
    with transaction.atomic():
        entity = LegalEntity.objects.select_for_update(no_key=True).get(pk=entity.pk)
        close = DailyClose.objects.filter(entity=entity, business_date=day).order_by("-version").first()
        return close or DailyClose.objects.create(
            entity=entity, business_date=day, zone=entity.zone, cutoff=entity.cutoff, created_at=now, updated_at=now
        )


def open_due_closes(*, now: datetime) -> list[DailyClose]:
    """Open a close for every day that is over and has movements, after the last signed one, also where a later one was opened before its
    movements came. At most a month of days per entity."""
    return [close for entity in LegalEntity.objects.order_by("pk") for close in _open_due(entity, now)]


def refresh_checklist(*, close_id: UUID, now: datetime) -> DailyClose:
    """Look again at an OPEN day's checklist and store what was found. A day in any other state stays as it is."""
    with transaction.atomic():
        close = lock_close(close_id)
        if close.state == CloseState.OPEN:
            watch_player_money(entity=close.entity, day=close.business_date, now=now)
            close.checklist = taken_checklist(close, now)
            close.updated_at = now
            close.save(update_fields=["checklist", "updated_at"])
    return close


def taken_checklist(close: DailyClose, now: datetime) -> list[dict[str, Any]]:
    """The checklist as it stands, each item with whether an override covers it. Reads only."""
    found = checklist(close.entity, close.business_date, now=now)
    return [{**item.as_dict(), "overridden": not item.ok and is_covered(item, close.overrides)} for item in found]


def is_covered(item: CheckItem, overrides: list[dict[str, Any]]) -> bool:
    """Whether two people let pass what is missing now: an override covers what it named, never what came after it, nor what is so much
    that it can't be named."""
    return item.count <= len(item.named) and any(
        row["name"] == item.name and item.count <= row["count"] and set(item.named) <= set(row["missing"]) for row in overrides
    )


def missing_of(items: list[dict[str, Any]]) -> list[str]:
    """What still stands between the day and its signature, a line per item."""
    return [f"{item['title']}: {_first_of(item)}" for item in items if not item["ok"] and not item["overridden"]]


def lock_close(close_id: UUID) -> DailyClose:
    """The close, locked, with its entity, which is locked first. Needs a transaction."""
    entity_id = DailyClose.objects.values_list("entity_id", flat=True).get(pk=close_id)
    LegalEntity.objects.select_for_update(no_key=True).get(pk=entity_id)
    return DailyClose.objects.select_for_update(of=("self",)).select_related("entity").get(pk=close_id)


def require_order(close: DailyClose) -> None:
    """Days are signed in order, none left out. Needs the close locked.

    A day before comes first if it has a close that is not signed, or movements of its own after the last signed day. A day before
    a signed one is part of that one. Raises CloseNotReady.
    """
    others = DailyClose.objects.filter(entity=close.entity)
    signed = others.filter(state=CloseState.SIGNED_OFF, reopened_at=None)
    later = signed.filter(business_date__gt=close.business_date).order_by("business_date").first()
    if later is not None:
        raise CloseNotReady(f"{later.business_date} is signed already; a day before it can't be signed after it.", missing=[str(later)])
    first = _first_unsigned(close, others, signed)
    if first is not None:
        raise CloseNotReady(f"Days are signed in order: {first} comes first.", missing=[f"{first} is not signed"])


def require_permission(actor: Actor, *permissions: str) -> None:
    """Raises CloseNotPermitted unless the actor is a person who holds one of "app.codename"; being superuser gives nothing."""
    user = User.objects.filter(pk=actor.id).first() if actor.kind == "user" else None
    if user is None or not any(holds_permission(user, permission) for permission in permissions):
        raise CloseNotPermitted(f"This needs the permission {' or '.join(permissions)}.")


def audit_close(act: str, close: DailyClose, actor: Actor, now: datetime, *, reason: str = "", **detail: str) -> None:
    """Record an act on a close, with its day and version."""
    what = {"business_date": close.business_date.isoformat(), "version": close.version, **detail}
    record_audit(act=act, actor=actor, target_kind="DailyClose", target_id=close.public_id, detail=what, reason=reason, now=now)


def _open_due(entity: LegalEntity, now: datetime) -> list[DailyClose]:
    closes = DailyClose.objects.filter(entity=entity)
    begun = sorted(set(closes.values_list("business_date", flat=True)))
    due = _due_days(entity, begun, _last_signed(closes), business_date(entity, now))
    return [open_close(entity=entity, day=day, now=now) for day in islice(due, DAYS_AT_ONCE)]


def _due_days(entity: LegalEntity, begun: list[date], signed: date | None, today: date) -> Iterator[date]:
    """Days without a close that moved: those between the closes that there are, then those after the newest.

    Between them each is asked for by itself: the index is one of ranges, and to look through several days it would read all their postings.
    """
    if begun:
        first = signed or next_active_day(entity.pk, after=None, before=begun[0]) or begun[0]
        days = (first + number * _A_DAY for number in range((begun[-1] - first).days))
        for day in days:
            if day not in begun and next_active_day(entity.pk, after=day - _A_DAY, before=day + _A_DAY):
                yield day
    following = next_active_day(entity.pk, after=begun[-1] if begun else None, before=today)
    while following is not None:
        yield following
        following = next_active_day(entity.pk, after=following, before=today)


def _last_signed(closes: QuerySet[DailyClose]) -> date | None:
    """What moves on a day before it is part of it."""
    signed = closes.filter(state=CloseState.SIGNED_OFF, reopened_at=None).order_by("-business_date")
    return signed.values_list("business_date", flat=True).first()


def _first_unsigned(close: DailyClose, others: Any, signed: Any) -> date | None:
    before = close.business_date
    unsigned = others.filter(business_date__lt=before).exclude(state=CloseState.SIGNED_OFF).order_by("business_date")
    last = signed.filter(business_date__lt=before).order_by("-business_date").values_list("business_date", flat=True).first()
    days = [unsigned.values_list("business_date", flat=True).first(), next_active_day(close.entity_id, after=last, before=before)]
    return min((day for day in days if day is not None), default=None)


def _first_of(item: dict[str, Any]) -> str:
    shown = item["missing"][:5]
    more = item["count"] - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")
