"""Thresholds of what is watched, changed under four eyes (R13, S1)."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.operations.settings_changes import Changeable, Key, execute_change, fields_of, look_at_change
from reconciliation.models import Watch


def _watch(key: Key, is_locked: bool) -> Watch:
    rows = Watch.objects.select_for_update(no_key=True) if is_locked else Watch.objects
    found = rows.filter(pk=key["code"]).first()
    if found is None:
        raise ApprovalRefused(f"Nothing that is watched is called {key['code']}.")
    return found


def _check(watch: Watch) -> None:
    known = Watch.objects.get(pk=watch.pk).thresholds
    if set(watch.thresholds) != set(known):
        raise ApprovalRefused(f"The thresholds of {watch.code} are {', '.join(sorted(known))}.")
    for name, value in watch.thresholds.items():
        if not _is_positive(value):
            raise ApprovalRefused(f"{name.replace('_', ' ').capitalize()} is a number above zero, like 5 or 0.5.")
    for address in watch.mail_to:
        try:
            validate_email(address)
        except ValidationError as wrong:
            raise ApprovalRefused(f"{address!r} is no mail address.") from wrong


def _is_positive(text: object) -> bool:
    """Numbers are kept as texts: what is asked for is exact, and floats are not."""
    try:
        return isinstance(text, str) and Decimal(0) < Decimal(text) < Decimal(1_000_000)
    except InvalidOperation:
        return False


WATCH = Changeable(
    "watch.change", _watch, *fields_of("is_on", "thresholds", "mail_to"), check=_check, name=lambda row: f"watch {row.title}"
)


def execute_setting(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Do an approved change. Raises ApprovalRefused where the row changed since."""
    execute_change(WATCH, payload=payload, request=request, actor=actor, now=now)


def look_at_setting(payload: dict[str, Any]) -> dict[str, str]:
    """What the watch says now."""
    return look_at_change(WATCH, payload)
