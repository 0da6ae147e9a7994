"""What can be done with a day: look again, prepare, sign, send back, override, reopen; each posts to one operation (D2, D3)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from ledger.admin.frames import SHOWN, Act, Done, Page, Standing, disabled, hidden, reason_field
from ledger.models import ApprovalRequest
from ledger.operations import decide, holds_permission
from reconciliation.models import CloseState, DailyClose
from reconciliation.operations.closing import (
    lacks_only_a_proof,
    prepare_close,
    refresh_checklist,
    request_override,
    request_reopen,
    taken_checklist,
)

Data = Mapping[str, Any]
State = CloseState


def items_of(close: DailyClose, page: Page) -> list[dict[str, Any]]:
    """The checklist: of an open day as it stands now, else as it was when the day was prepared."""
    if close.state != State.OPEN:
        return list(close.checklist)
    key = f"checklist:{close.pk}"
    if key not in page.memo:
        page.memo[key] = taken_checklist(close, page.now)
    items: list[dict[str, Any]] = page.memo[key]
    return items


def missing_of(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in items if not item["ok"] and not item.get("overridden")]


def request_of(close: DailyClose, page: Page) -> ApprovalRequest | None:
    """The request for the signature, if there is one."""
    return ApprovalRequest.objects.prefetch_related("decisions").filter(pk=close.approval_id).first() if close.approval_id else None


def _preparable(close: DailyClose, page: Page) -> Standing:
    if close.state not in (State.OPEN, State.CLOSING):
        return hidden("The day is prepared or signed.")
    items = items_of(close, page)
    missing = missing_of(items)
    if missing and not (close.state == State.OPEN and lacks_only_a_proof(close, items, page.now)):
        first = missing[0]
        named = "; ".join(first["missing"][:2]) or first["title"]
        return disabled(f"{len(missing)} thing{'s' if len(missing) > 1 else ''} missing. First: {named}")
    return SHOWN


def _signable(close: DailyClose, page: Page) -> Standing:
    request = request_of(close, page)
    if close.state != State.PREPARED or request is None or request.state != ApprovalRequest.State.PENDING:
        return hidden("The day does not wait for a signature.")
    if close.preparer_id == page.user.pk:
        return hidden("You prepared this; someone else must sign.")
    return (
        SHOWN
        if holds_permission(page.user, "reconciliation.sign_close")
        else hidden("Signing needs the permission reconciliation.sign_close.")
    )


def _only(*states: str) -> Any:
    return lambda close, page: SHOWN if close.state in states else hidden("The day is not in that state.")


def _overridable(close: DailyClose, page: Page) -> Standing:
    if close.state != State.OPEN:
        return hidden("Only an open day's items can be overridden.")
    return SHOWN if missing_of(items_of(close, page)) else hidden("Nothing is missing.")


def _prepare(close: DailyClose, data: Data, page: Page) -> Done:
    prepare_close(close_id=close.pk, preparer=page.user, now=page.now)
    return Done(f"{day_words(close)} is prepared. Someone else must sign it.")


def _sign(close: DailyClose, data: Data, page: Page) -> Done:
    decide(request_id=_request_id(close), approve=True, checker=page.user, reason=data.get("reason", ""), now=page.now)
    return Done(f"{day_words(close)} is signed off.")


def _send_back(close: DailyClose, data: Data, page: Page) -> Done:
    decide(request_id=_request_id(close), approve=False, checker=page.user, reason=data["reason"], now=page.now)
    return Done(f"{day_words(close)} is open again.")


def _request_id(close: DailyClose) -> Any:
    assert close.approval_id is not None
    return close.approval_id


def _look_again(close: DailyClose, data: Data, page: Page) -> Done:
    refresh_checklist(close_id=close.pk, now=page.now)
    return Done("The checklist was taken again and stored.")


def _override(close: DailyClose, data: Data, page: Page) -> Done:
    request_override(close_id=close.pk, name=data["name"], reason=data["reason"], actor=page.actor, now=page.now)
    return Done("The override waits for a second person.")


def _reopen(close: DailyClose, data: Data, page: Page) -> Done:
    request_reopen(close_id=close.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done("Reopening waits for a second person.")


def _override_fields(close: DailyClose, page: Page) -> dict[str, forms.Field]:
    choices = [(item["name"], item["title"]) for item in missing_of(items_of(close, page))]
    return {
        "name": forms.ChoiceField(label="Item", choices=choices),
        "reason": reason_field("Why it may pass", help_text="It shows on this day for ever."),
    }


def day_words(close: DailyClose) -> str:
    return f"{close.business_date.day} {close.business_date:%b %Y}"


def _reason(close: DailyClose, page: Page) -> dict[str, forms.Field]:
    return {"reason": reason_field()}


ACTS = (
    Act("refresh", "Look again", "reconciliation.prepare_close", _look_again, dialog=False, standing=_only(State.OPEN), icon="refresh"),
    Act(
        "override",
        "Override an item…",
        "reconciliation.prepare_close",
        _override,
        kind="menu",
        standing=_overridable,
        title="Let a missing item pass",
        fields=_override_fields,
        approver="Needs a second person",
    ),
    Act(
        "reopen",
        "Reopen…",
        "reconciliation.reopen_close",
        _reopen,
        kind="danger",
        standing=_only(State.SIGNED_OFF),
        title="Reopen a signed day",
        fields=_reason,
        approver="Needs a second person; both versions are kept",
    ),
    Act(
        "send_back",
        "Send back…",
        "reconciliation.sign_close",
        _send_back,
        kind="danger",
        standing=_signable,
        title="Send the day back",
        fields=_reason,
    ),
    Act(
        "prepare",
        "Prepare close",
        "reconciliation.prepare_close",
        _prepare,
        kind="primary",
        standing=_preparable,
        title="Prepare this day",
        approver="From now on postings go to the next day; someone else signs",
    ),
    Act(
        "sign",
        lambda close, page: f"Sign off {day_words(close)}",
        "reconciliation.sign_close",
        _sign,
        kind="primary",
        standing=_signable,
        title="Sign this day off",
        fields=lambda close, page: {"reason": reason_field("Note", required=False)},
        approver="Totals, matches, cases and file hashes are frozen",
    ),
)
