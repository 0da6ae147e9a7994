"""Thresholds of what is watched, and rules that end cases by themselves, changed under four eyes (R13, E3, S1)."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.operations.settings_changes import Changeable, Key, execute_change, fields_of, look_at_change
from reconciliation.models import AutoRule, Watch


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


RULE_CODES = {
    "book_bank_charge": ("BANK_SETTLEMENT_AMOUNT_DIFFERS",),
    "no_action": ("FEE_DIFFERS", "FEE_UNEXPECTED", "CHARGEBACK_FEE_NOT_BOOKED"),
}


def _rule(key: Key, is_locked: bool) -> AutoRule:
    rows = AutoRule.objects.select_for_update(no_key=True) if is_locked else AutoRule.objects
    found = rows.filter(pk=key["code"]).first()
    if found is None:
        raise ApprovalRefused(f"No rule is called {key['code']}.")
    return found


def _check_rule(rule: AutoRule) -> None:
    """A rule with an action has codes it was made for, and in each currency a limit for a case and a higher one for a month."""
    if not rule.action:
        return
    other = set(rule.reason_codes) - set(RULE_CODES[rule.action])
    if other or not rule.reason_codes:
        raise ApprovalRefused(f"{rule.title} may end {', '.join(RULE_CODES[rule.action])}.")
    if set(rule.each_minor) != set(rule.month_minor) or not rule.each_minor:
        raise ApprovalRefused("Each currency needs a limit for one case and one for the month.")
    for currency, minor in rule.each_minor.items():
        if not 0 < minor <= rule.month_minor[currency]:
            raise ApprovalRefused(f"{currency}: the limit of a case is above zero and not above the month's.")


AUTO_RULE = Changeable(
    "auto_rule.change", _rule, *fields_of("is_on", "reason_codes", "each_minor", "month_minor"), check=_check_rule,
    name=lambda row: f"rule {row.title}",
)  # fmt: skip


def execute_auto_rule(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Do an approved change: a new version of the rule, which names the request it rests on (E3)."""

    def write(row: AutoRule, values: dict[str, Any]) -> None:
        AUTO_RULE.write(row, values)
        row.version, row.approval_id, row.updated_at = row.version + 1, request.pk, now

    execute_change(replace(AUTO_RULE, write=write), payload=payload, request=request, actor=actor, now=now)


def look_at_auto_rule(payload: dict[str, Any]) -> dict[str, str]:
    """What the rule says now."""
    return look_at_change(AUTO_RULE, payload)


def execute_setting(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Do an approved change. Raises ApprovalRefused where the row changed since."""
    execute_change(WATCH, payload=payload, request=request, actor=actor, now=now)


def look_at_setting(payload: dict[str, Any]) -> dict[str, str]:
    """What the watch says now."""
    return look_at_change(WATCH, payload)
