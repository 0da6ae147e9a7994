"""Bulk acts of the queue: the same operation, case by case. What fails is named, the rest stays done (UX 4.2)."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from ledger.admin.frames import Act, Done, Page, reason_field
from ledger.refusals import Refused
from reconciliation.admin.case_acts import WORK, person_field, wait_fields
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.operations.casework import (
    DISPOSITIONS,
    DispositionNotAllowed,
    assign_case,
    comment_case,
    investigate_case,
    propose_disposition,
    propose_together,
    wait_case,
)

Data = Mapping[str, Any]


def _each(cases: list[ExceptionCase], act: Callable[[ExceptionCase], Any], verb: str) -> Done:
    """Run `act` for each; refusals are collected in words. All refused raises the first, so that the dialog says so."""
    failed: dict[str, str] = {}
    refusals: list[Refused] = []
    for case in cases:
        try:
            act(case)
        except Refused as refusal:
            failed[case.label] = refusal.message
            refusals.append(refusal)
    if not cases:
        raise DispositionNotAllowed("Select at least one case.")
    if len(refusals) == len(cases):
        raise refusals[0]
    words = f"{len(cases) - len(failed)} {verb}."
    return Done(f"{words} {_named(failed)}" if failed else words)


def _take(cases: list[ExceptionCase], data: Data, page: Page) -> Done:
    def take(case: ExceptionCase) -> None:
        if case.state == CaseState.OPEN and case.assignee_id is None:
            investigate_case(case_id=case.pk, actor=page.actor, now=page.now)
        else:
            assign_case(case_id=case.pk, assignee=page.user, actor=page.actor, now=page.now)

    return _each(cases, take, "assigned to you")


def _assign(cases: list[ExceptionCase], data: Data, page: Page) -> Done:
    who = data["assignee"]
    return _each(
        cases, lambda case: assign_case(case_id=case.pk, assignee=who, actor=page.actor, now=page.now), f"assigned to {who or 'nobody'}"
    )


def _wait(cases: list[ExceptionCase], data: Data, page: Page) -> Done:
    until, reason = data["until"], data["reason"]
    return _each(cases, lambda case: wait_case(case_id=case.pk, until=until, reason=reason, actor=page.actor, now=page.now), "waiting")


def _comment(cases: list[ExceptionCase], data: Data, page: Page) -> Done:
    return _each(cases, lambda case: comment_case(case_id=case.pk, text=data["text"], actor=page.actor, now=page.now), "commented")


def _end(cases: list[ExceptionCase], data: Data, page: Page) -> Done:
    """The same ending for cases of one reason code only: one request for all of them where money moves."""
    if len({case.reason_id for case in cases}) > 1:
        raise DispositionNotAllowed("Select cases of one reason code: their endings differ.")
    chosen, reason = data["disposition"], data["reason"]
    if cases and DISPOSITIONS[chosen].moves_money:
        return _ask_together(cases, chosen, reason, page)
    return _each(
        cases,
        lambda case: propose_disposition(case_id=case.pk, disposition=chosen, reason=reason, actor=page.actor, now=page.now),
        f"ended or proposed: {DISPOSITIONS[chosen].verb}",
    )


def _ask_together(cases: list[ExceptionCase], chosen: str, reason: str, page: Page) -> Done:
    asked = propose_together(case_ids=[case.pk for case in cases], disposition=chosen, reason=reason, actor=page.actor, now=page.now)
    words = f"{asked.cases} asked for in one request: {DISPOSITIONS[chosen].verb}. Somebody else decides."
    return Done(f"{words} {_named(asked.failed)}" if asked.failed else words)


def _named(failed: Mapping[str, str]) -> str:
    """Who was left out, and why, by name: the first five, and how many more."""
    told = "; ".join(f"{label}: {why.rstrip('.')}" for label, why in list(failed.items())[:5])
    more = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
    return f"{len(failed)} not done: {told}{more}."


def _end_fields(cases: Any, page: Page) -> dict[str, forms.Field]:
    choices = [(row.name, row.verb) for row in DISPOSITIONS.values() if row.name != "identify_line"]
    return {"disposition": forms.ChoiceField(label="How they end", choices=choices), "reason": reason_field()}


BULK = (
    Act("take", "Assign to me", WORK, _take, key="a", dialog=False),
    Act("assign", "Assign…", WORK, _assign, key="A", title="Assign the selected cases", fields=lambda cases, page: person_field()),
    Act(
        "comment",
        "Comment…",
        WORK,
        _comment,
        key="c",
        title="Comment on the selected cases",
        fields=lambda cases, page: {"text": forms.CharField(label="Comment", max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))},
    ),
    Act("wait", "Wait until…", WORK, _wait, key="w", title="Let the selected cases wait", fields=lambda cases, page: wait_fields(page)),
    Act(
        "end",
        "Same ending…",
        WORK,
        _end,
        title="End the selected cases alike",
        fields=_end_fields,
        approver="What moves money needs a second person, finance, who decides all of them at once; at most 50",
    ),
)
