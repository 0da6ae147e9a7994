"""The buttons of a case: each posts to one operation of casework (E4, E5)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.urls import reverse

from ledger.admin.frames import SHOWN, Act, Done, Page, Receipt, Standing, disabled, hidden, reason_field
from ledger.admin.people import person_words
from ledger.models import User
from reconciliation.admin.case_endings import endings_of, label_of, suggested
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.models.cases import ENDED_STATES, LIVE_STATES, UNDECIDED_STATES
from reconciliation.operations.casework import (
    assign_case,
    attach_to_case,
    comment_case,
    escalate_case,
    investigate_case,
    propose_disposition,
    reopen_case,
    resume_case,
    wait_case,
    withdraw_proposal,
)

WORK = "reconciliation.work_case"
ATTACHMENT_HINT = "CSV, e-mail, picture, JSON, PDF, text or XML, up to 10 MiB. Kept by its SHA-256."
Data = Mapping[str, Any]


# --- fields ---


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return person_words(obj)


def person_field() -> dict[str, forms.Field]:
    staff = User.objects.filter(is_staff=True, is_active=True).prefetch_related("groups").order_by("first_name")
    able = staff.filter(groups__permissions__codename="work_case").distinct()
    return {"assignee": PersonChoice(able, required=False, empty_label="Nobody", label="Assign to")}


def wait_fields(page: Page) -> dict[str, forms.Field]:
    soon = (page.now + timedelta(days=1)).replace(second=0, microsecond=0)
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    until = forms.DateTimeField(label="Wait until (UTC)", initial=soon.strftime("%Y-%m-%dT%H:%M"), widget=widget, input_formats=formats)
    return {"until": until, "reason": reason_field("What is it waiting for?")}


def _ending_fields(case: ExceptionCase, page: Page) -> dict[str, forms.Field]:
    possible = [each for each in endings_of(case, page) if each.is_possible]
    choices = [(each.disposition.name, f"{each.disposition.verb}: {each.disposition.sentence}") for each in possible]
    target = forms.CharField(
        label="Record that is meant",
        required=False,
        max_length=200,
        help_text="“Identify the line”: cap_… or po_… that it belongs to; sb_… of a bank line, several with spaces between."
        " “Reverse the second posting”: txn_…, where several could be it.",
    )
    return {
        "disposition": forms.ChoiceField(label="How it ends", choices=choices, widget=forms.RadioSelect),
        "target": target,
        "reason": reason_field(),
    }


def _ending_receipts(case: ExceptionCase, page: Page) -> dict[str, Receipt]:
    return {each.disposition.name: each.receipt for each in endings_of(case, page) if each.receipt}


# --- when a button stands ---


def _live(case: ExceptionCase, page: Page) -> Standing:
    return SHOWN if case.state in LIVE_STATES else hidden(f"{case.label} has ended.")


def _undecided(case: ExceptionCase, page: Page) -> Standing:
    return SHOWN if case.state in UNDECIDED_STATES else hidden(f"{case.label} is decided, or waits for approval.")


def _takeable(case: ExceptionCase, page: Page) -> Standing:
    if case.state not in LIVE_STATES:
        return hidden(f"{case.label} has ended.")
    return hidden("It is yours already.") if case.assignee_id == page.user.pk and case.state != CaseState.OPEN else SHOWN


def _waitable(case: ExceptionCase, page: Page) -> Standing:
    return SHOWN if case.state in (CaseState.OPEN, CaseState.INVESTIGATING) else hidden("It waits already, or is decided.")


def _only(state: str) -> Any:
    return lambda case, page: SHOWN if case.state == state else hidden(f"{case.label} is not in that state.")


def _proposer(case: ExceptionCase, page: Page) -> Standing:
    if case.state != CaseState.PROPOSED or case.approval_id is None:
        return hidden("Nothing is proposed.")
    return SHOWN


def _suggestable(case: ExceptionCase, page: Page) -> Standing:
    if case.state not in UNDECIDED_STATES:
        return hidden(f"{case.label} is decided, or waits for approval.")
    return SHOWN if suggested(case, page) else disabled("Nothing can be suggested: choose another ending, or wait for the books.")


# --- what they post to ---


def _take(case: ExceptionCase, data: Data, page: Page) -> Done:
    if case.state == CaseState.OPEN and case.assignee_id in (None, page.user.pk):
        investigate_case(case_id=case.pk, actor=page.actor, now=page.now)
    else:
        assign_case(case_id=case.pk, assignee=page.user, actor=page.actor, now=page.now)
    return Done(f"{case.label} is yours.")


def _assign(case: ExceptionCase, data: Data, page: Page) -> Done:
    assign_case(case_id=case.pk, assignee=data["assignee"], actor=page.actor, now=page.now)
    return Done(f"{case.label} is assigned to {data['assignee'] or 'nobody'}.")


def _comment(case: ExceptionCase, data: Data, page: Page) -> Done:
    comment_case(case_id=case.pk, text=data["text"], actor=page.actor, now=page.now)
    return Done("Your comment is kept with the case.")


def _attach(case: ExceptionCase, data: Data, page: Page) -> Done:
    upload = data["file"]
    attach_to_case(case_id=case.pk, name=upload.name, content=upload.read(), actor=page.actor, now=page.now)
    return Done(f"{upload.name} is kept with the case.")


def _wait(case: ExceptionCase, data: Data, page: Page) -> Done:
    wait_case(case_id=case.pk, until=data["until"], reason=data["reason"], actor=page.actor, now=page.now)
    return Done(f"{case.label} waits until {data['until']:%d %b %H:%M} UTC.", advance=True)


def _resume(case: ExceptionCase, data: Data, page: Page) -> Done:
    resume_case(case_id=case.pk, actor=page.actor, now=page.now)
    return Done(f"{case.label} is in work again.")


def _escalate(case: ExceptionCase, data: Data, page: Page) -> Done:
    escalate_case(case_id=case.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done(f"{case.label} is escalated.")


def _propose(case: ExceptionCase, data: Data, page: Page) -> Done:
    """Post the suggested ending, or the chosen one."""
    chosen = data.get("disposition") or data["suggested"]
    after = propose_disposition(
        case_id=case.pk, disposition=chosen, reason=data["reason"], target=data.get("target", "").strip(), actor=page.actor, now=page.now
    )
    return _done(after)


def _done(case: ExceptionCase) -> Done:
    if case.state == CaseState.PROPOSED:
        undo = reverse("admin:reconciliation_exceptioncase_act", args=[case.public_id, "withdraw"])
        return Done(f"{case.label} sent for approval.", undo_url=undo, advance=True)
    return Done(f"{case.label} waits." if case.state == CaseState.WAITING else f"{case.label} is resolved.", advance=True)


def _withdraw(case: ExceptionCase, data: Data, page: Page) -> Done:
    withdraw_proposal(case_id=case.pk, actor=page.actor, now=page.now)
    return Done(f"The proposal for {case.label} is withdrawn; it is in work again.")


def _reopen(case: ExceptionCase, data: Data, page: Page) -> Done:
    reopen_case(case_id=case.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done(f"{case.label} is open again.")


# --- how the primary button reads ---


def _primary_label(case: ExceptionCase, page: Page) -> str:
    ending = suggested(case, page)
    return label_of(ending, case) if ending else "Propose an ending"


def _primary_receipt(case: ExceptionCase, page: Page) -> Receipt | None:
    ending = suggested(case, page)
    return ending.receipt if ending else None


def _primary_fields(case: ExceptionCase, page: Page) -> dict[str, forms.Field]:
    ending = suggested(case, page)
    name = ending.disposition.name if ending else ""
    return {"suggested": forms.CharField(initial=name, widget=forms.HiddenInput), "reason": reason_field()}


def _approver(case: ExceptionCase, page: Page) -> str:
    ending = suggested(case, page)
    return "Needs a second person: finance" if ending and ending.disposition.moves_money else ""


def _one_reason(case: ExceptionCase, page: Page) -> dict[str, forms.Field]:
    return {"reason": reason_field()}


ACTS = (
    Act("take", "Assign to me", WORK, _take, key="a", icon="person_add", dialog=False, standing=_takeable),
    Act(
        "assign",
        "Assign…",
        WORK,
        _assign,
        key="A",
        standing=_live,
        title="Assign this case",
        fields=lambda case, page: person_field(),
        kind="menu",
    ),
    Act(
        "comment",
        "Comment…",
        WORK,
        _comment,
        key="c",
        icon="chat_bubble",
        title="Comment",
        guards_staleness=False,
        fields=lambda case, page: {"text": forms.CharField(label="Comment", max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))},
    ),
    Act(
        "attach",
        "Attach…",
        WORK,
        _attach,
        kind="menu",
        title="Attach a file",
        guards_staleness=False,
        fields=lambda case, page: {"file": forms.FileField(label="File", help_text=ATTACHMENT_HINT)},
    ),
    Act(
        "wait",
        "Wait…",
        WORK,
        _wait,
        key="w",
        icon="hourglass_top",
        standing=_waitable,
        title="Let this case wait",
        fields=lambda case, page: wait_fields(page),
    ),
    Act("resume", "Take up again", WORK, _resume, standing=_only(CaseState.WAITING), dialog=False),
    Act("escalate", "Escalate…", WORK, _escalate, key="e", kind="menu", standing=_live, title="Escalate this case", fields=_one_reason),
    Act(
        "end",
        "End otherwise…",
        WORK,
        _propose,
        key="o",
        kind="menu",
        standing=_undecided,
        title="Choose how this case ends",
        fields=_ending_fields,
        receipts=_ending_receipts,
        approver="What moves money needs a second person: finance",
    ),
    Act("withdraw", "Withdraw the proposal", WORK, _withdraw, standing=_proposer, title="Withdraw the proposal", guards_staleness=False),
    Act(
        "reopen",
        "Reopen…",
        WORK,
        _reopen,
        standing=lambda case, page: SHOWN if case.state in ENDED_STATES else hidden("It is open."),
        title="Open this case again",
        fields=_one_reason,
    ),
    Act(
        "propose",
        _primary_label,
        WORK,
        _propose,
        kind="primary",
        key="p",
        standing=_suggestable,
        receipt=_primary_receipt,
        fields=_primary_fields,
        approver=_approver,
    ),
)
