"""An entity's bank holidays, changed under four eyes (S1): they decide when work is due.

Zone and cut-off are not changed here: every day that was ever booked follows from them (D1).
"""

from datetime import date, datetime
from typing import Any

from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, LegalEntity
from ledger.operations.settings_changes import Changeable, Key, execute_change, fields_of, look_at_change


def _entity(key: Key, is_locked: bool) -> LegalEntity:
    rows = LegalEntity.objects.select_for_update(no_key=True) if is_locked else LegalEntity.objects
    return rows.get(pk=LegalEntity.id_of(key["entity"]))


def _check(entity: LegalEntity) -> None:
    for day in entity.calendar:
        try:
            date.fromisoformat(day)
        except ValueError:
            raise ApprovalRefused(f"{day} is no day like 2026-12-25.") from None


CALENDAR = Changeable("calendar.change", _entity, *fields_of("calendar"), check=_check, name=lambda row: f"calendar of {row.code}")


def execute_calendar(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Set the holidays. Raises ApprovalRefused where they changed since."""
    execute_change(CALENDAR, payload=payload, request=request, actor=actor, now=now)


def look_at_calendar(payload: dict[str, Any]) -> dict[str, str]:
    """The holidays as they are."""
    return look_at_change(CALENDAR, payload)
