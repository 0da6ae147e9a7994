"""Buttons of a shadow (L11, S1): each next stage is asked for here, and decided here or in the inbox by somebody else."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings

from ledger.admin.approvals.deciding import standing_of
from ledger.admin.approvals.wording import facts_of
from ledger.admin.frames import SHOWN, Act, Done, Page, Standing, disabled, hidden, reason_field
from ledger.admin.thresholds import asked
from ledger.models import ApprovalRequest, Shadow
from ledger.operations import decide, propose_shadow, propose_stage
from ledger.operations.present_state import digest_of
from ledger.shadow_rules import known_scopes
from ledger.shadowing import SIGN_OFF

MAY, MAY_DECIDE = "ledger.propose_shadow", "ledger.approve_shadow"
APPROVER = "Another person decides, with the permission to approve stages of shadow posting"
State = Shadow.State


def waiting_for(shadow: Shadow, page: Page) -> ApprovalRequest | None:
    """The oldest request about a shadow that waits for a decision; read once per page."""
    key = f"waiting:{shadow.pk}"
    if key not in page.memo:
        found = ApprovalRequest.objects.filter(
            state="PENDING", target_kind="Shadow", target_id=shadow.public_id, expires_at__gt=page.now
        )  # fmt: skip
        page.memo[key] = found.prefetch_related("decisions").order_by("requested_at", "id").first()
    request: ApprovalRequest | None = page.memo[key]
    return request


def _from(*states: str) -> Any:
    """May be asked for in these stages, while no other request waits."""

    def standing(shadow: Shadow, page: Page) -> Standing:
        if shadow.state not in states:
            return hidden(f"It is {str(shadow.state).lower()}.")
        return disabled("Another stage was asked for: it is decided first.") if waiting_for(shadow, page) else SHOWN

    return standing


def _decidable(shadow: Shadow, page: Page) -> Standing:
    request = waiting_for(shadow, page)
    return standing_of(request, page) if request else hidden("Nothing waits for a decision.")


def _open_fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    kinds: dict[str, list[str]] = {}
    for rule in settings.POSTING_RULES:
        kinds.setdefault(rule.partition("@")[0], []).append(rule)
    versions = [(rule, rule) for rules in kinds.values() if len(rules) > 1 for rule in rules]
    rails = [("", "Every rail"), *((rail, rail) for rail in known_scopes()[0])]
    return {
        "rule": forms.ChoiceField(label="Current rule", choices=versions, help_text="It posts, now and while the other is in shadow."),
        "candidate": forms.ChoiceField(label="Candidate", choices=versions, help_text="Another version of the same rule."),
        "rail": forms.ChoiceField(label="Rail", choices=rails, required=False),
        "reason": reason_field(),
    }


def _cohort_fields(shadow: Shadow, page: Page) -> dict[str, forms.Field]:
    brands = [(code, code) for code in known_scopes()[1]]
    return {
        "percent": forms.IntegerField(label="Percent", min_value=0, max_value=100, initial=shadow.percent or 5),
        "cohort_by": forms.ChoiceField(label="Drawn by", choices=Shadow.CohortBy.choices, initial=shadow.cohort_by),
        "brands": forms.MultipleChoiceField(
            label="Brands", choices=brands, required=False, initial=shadow.brands, widget=forms.CheckboxSelectMultiple,
            help_text="None chosen: all brands.",
        ),
        **_list_fields(shadow),
        "reason": reason_field(),
    }  # fmt: skip


def _list_fields(shadow: Shadow) -> dict[str, forms.Field]:
    """The sign-off list: each item with its evidence."""
    fields: dict[str, forms.Field] = {
        item: forms.CharField(label=f"Signed off: {words.lower()}", max_length=500, initial=shadow.sign_off.get(item, ""))
        for item, words in SIGN_OFF.items()
    }
    next(iter(fields.values())).help_text = "Of each item the evidence: what was looked at, and where it is. Ten characters at least."
    return fields


def _reason_only(shadow: Shadow, page: Page) -> dict[str, forms.Field]:
    return {"reason": reason_field()}


def _on_fields(shadow: Shadow, page: Page) -> dict[str, forms.Field]:
    return {**_list_fields(shadow), "reason": reason_field()}


def _open(obj: Any, data: Mapping[str, Any], page: Page) -> Done:
    return asked(propose_shadow(
        rule=data["rule"], candidate=data["candidate"], rail=data["rail"], reason=data["reason"], maker=page.actor, now=page.now
    ))  # fmt: skip


def _ask(stage: str) -> Any:
    def run(shadow: Shadow, data: Mapping[str, Any], page: Page) -> Done:
        signed = {item: data[item] for item in SIGN_OFF if item in data}
        cohort = {name: data[name] for name in ("percent", "brands", "cohort_by") if name in data}
        return asked(propose_stage(
            shadow_id=shadow.pk, stage=stage, sign_off=signed or None, reason=data["reason"], maker=page.actor, now=page.now, **cohort
        ))  # fmt: skip

    return run


def _decide(approve: bool) -> Any:
    def run(shadow: Shadow, data: Mapping[str, Any], page: Page) -> Done:
        request = waiting_for(shadow, page)
        assert request is not None
        seen = data.get("rests_on", "")
        decide(request_id=request.pk, approve=approve, checker=page.user, reason=data["reason"], seen=seen, now=page.now)
        return Done(f"{'Approved and done' if approve else 'Rejected'}: {request.summary}.")

    return run


def _yes_fields(shadow: Shadow, page: Page) -> dict[str, forms.Field]:
    """A note, and the digest of what the person looks at: a yes to something else is refused."""
    request = waiting_for(shadow, page)
    digest = digest_of(facts_of(request, page)) if request and request.seen else ""
    seen = forms.CharField(required=False, widget=forms.HiddenInput, initial=digest)
    return {"rests_on": seen, "reason": reason_field("Note", required=False)}


def _approve_label(shadow: Shadow, page: Page) -> str:
    request = waiting_for(shadow, page)
    return f"Approve: {request.summary.partition(': ')[2]}" if request else "Approve"


LIST_ACTS = (
    Act("new", "Ask for a shadow…", MAY, _open, kind="primary", title="Ask that a rule be tried in shadow", fields=_open_fields,
        approver=APPROVER),
)  # fmt: skip
ACTS = (
    Act("end", "Withdraw…", MAY, _ask(State.WITHDRAWN), kind="danger", title="Ask to withdraw this shadow", fields=_reason_only,
        standing=_from(State.SHADOW, State.COHORT, State.ON), approver=APPROVER),
    Act("back", "Back to shadow…", MAY, _ask(State.SHADOW), title="Ask to post by the current rule again, for all",
        fields=_reason_only, standing=_from(State.COHORT), approver=APPROVER),
    Act("on", "Post for all…", MAY, _ask(State.ON), title="Ask that the candidate post for all", fields=_on_fields,
        standing=_from(State.COHORT), approver=APPROVER),
    Act("cohort", "Post for a cohort…", MAY, _ask(State.COHORT), kind="primary", title="Ask that the candidate post for a cohort",
        fields=_cohort_fields, standing=_from(State.SHADOW, State.COHORT), approver=APPROVER),
    Act("reject", "Reject…", MAY_DECIDE, _decide(False), kind="danger", title="Reject what was asked for", fields=_reason_only,
        standing=_decidable),
    Act("approve", _approve_label, MAY_DECIDE, _decide(True), kind="primary", title="Approve what was asked for",
        fields=_yes_fields, standing=_decidable),
)  # fmt: skip
