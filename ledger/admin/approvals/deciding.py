"""Buttons of a request: yes, no, take it back. Each calls one operation, and decisions go through `decide`."""

from collections.abc import Mapping
from typing import Any

from django import forms

from ledger.admin.approvals.wording import State, approvals_today, approve_label, facts_of, is_maker, preview_of
from ledger.admin.frames import SHOWN, Act, Done, Page, Standing, get_chip, hidden, reason_field
from ledger.approvals import get_approval_kind
from ledger.models import ApprovalRequest
from ledger.operations import decide, holds_permission, withdraw_approval
from ledger.operations.present_state import digest_of

MAY = "ledger.view_approvalrequest"


def standing_of(request: ApprovalRequest, page: Page) -> Standing:
    """Whether this person would be let decide; hidden with the reason where not."""
    if request.state != State.PENDING:
        return hidden(f"It is {get_chip('approvalrequest', request.state).word.lower()} already.")
    if is_maker(request, page):
        return hidden("Who made a request can't decide on it.")
    if not holds_permission(page.user, get_approval_kind(request.kind).permission):
        return hidden(f"Deciding this needs the permission {get_approval_kind(request.kind).permission}.")
    if any(decision.checker_id == page.user.pk for decision in request.decisions.all()):
        return hidden("You have decided already.")
    return SHOWN if page.now < request.expires_at else hidden("The request has expired.")


def _own_standing(request: ApprovalRequest, page: Page) -> Standing:
    return SHOWN if is_maker(request, page) and request.state == State.PENDING else hidden("Only who made a request may withdraw it.")


def _approve(request: ApprovalRequest, data: Mapping[str, Any], page: Page) -> Done:
    after = decide(
        request_id=request.pk, approve=True, checker=page.user, reason=data.get("reason", ""), seen=data.get("rests_on", ""), now=page.now
    )
    words = "Approved and executed" if after.state == State.APPROVED else f"Your yes is kept; {approvals_today(after)} given"
    return Done(f"{words}: {request.summary}.", advance=True)


def _reject(request: ApprovalRequest, data: Mapping[str, Any], page: Page) -> Done:
    decide(request_id=request.pk, approve=False, checker=page.user, reason=data["reason"], now=page.now)
    return Done(f"Rejected: {request.summary}.", advance=True)


def _withdraw(request: ApprovalRequest, data: Mapping[str, Any], page: Page) -> Done:
    withdraw_approval(request_id=request.pk, maker=page.actor, now=page.now)
    return Done(f"Withdrawn: {request.summary}.")


def _yes_fields(request: ApprovalRequest, page: Page) -> dict[str, forms.Field]:
    """A note, and the digest of what the person looks at: a yes to something else is refused."""
    seen = forms.CharField(required=False, widget=forms.HiddenInput, initial=digest_of(facts_of(request, page)) if request.seen else "")
    return {"rests_on": seen, "reason": reason_field("Note", required=False)}


ACTS = (
    Act("withdraw", "Withdraw request", MAY, _withdraw, standing=_own_standing, title="Withdraw this request", guards_staleness=False,
        icon="undo"),
    Act("reject", "Reject…", MAY, _reject, kind="danger", key="n", standing=standing_of, title="Reject this request",
        fields=lambda obj, page: {"reason": reason_field()}, guards_staleness=False),
    Act("approve", approve_label, MAY, _approve, kind="primary", key="y", standing=standing_of, receipt=preview_of, fields=_yes_fields,
        guards_staleness=False),
)  # fmt: skip
