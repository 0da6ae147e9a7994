"""Buttons of the matching rules: each one operation (R15, S1)."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django import forms

from ledger.admin.frames import SHOWN, Act, Done, Page, Standing, disabled, hidden
from ledger.admin.versions import drop_act, if_draft, send_act
from ledger.models import ApprovalRequest
from reconciliation.admin.matching_rules.forms import asked_rule, changed_body, rule_fields
from reconciliation.admin.runs import accounts
from reconciliation.models import MatchingRules
from reconciliation.operations.matching_rules import versions
from reconciliation.operations.matching_rules.back_tests import LONGEST_DAYS, start_back_test
from reconciliation.queries.matching_rules import latest_back_test

MAY = "reconciliation.propose_matching"
APPROVER = "Another person decides, with the permission to approve matching rules"
State = MatchingRules.State
Data = Mapping[str, Any]


def _editing(row: MatchingRules, page: Page) -> Standing:
    standing = if_draft(row, page)
    return standing if standing.state != "shown" or asked_rule(row, page) else hidden("Choose a rule of the table.")


def _open(row: MatchingRules, page: Page) -> Standing:
    is_open = row.state in (State.DRAFT, State.RETIRED)
    return SHOWN if is_open else hidden("Only a draft, or a version that was in force before.")


def _tested(row: MatchingRules, page: Page) -> Standing:
    standing = _open(row, page)
    if standing.state != "shown" or latest_back_test(row):
        return standing
    return disabled("Needs a back-test of this exact version against the one in force, over lines that are loaded.")


def _settled(row: MatchingRules, page: Page) -> Standing:
    return hidden("It is a draft itself.") if row.state == State.DRAFT else SHOWN


def _change(row: MatchingRules, data: Data, page: Page) -> Done:
    use = asked_rule(row, page)
    assert use is not None  # else the button is hidden
    saved = versions.save_rules(rules_id=row.pk, body=changed_body(row, use, data), actor=page.actor, now=page.now)
    return Done(f"{use.kind.title} changed. Version {saved.version} needs a back-test before it can be sent.")


def _change_words(row: MatchingRules, page: Page) -> str:
    use = asked_rule(row, page)
    return f"Change {use.kind.title.lower()}…" if use else "Change a rule…"


def _test_fields(row: MatchingRules, page: Page) -> dict[str, forms.Field]:
    yesterday = page.now.date() - timedelta(days=1)
    date = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return {
        "since": forms.DateField(label="From", initial=yesterday - timedelta(days=6), widget=date),
        "until": forms.DateField(label="To, included", initial=yesterday, widget=date, help_text=f"Business days; {LONGEST_DAYS} at most."),
        "account": forms.ChoiceField(label="Account", choices=[("", "all"), *accounts()], required=False),
    }


def _test(row: MatchingRules, data: Data, page: Page) -> Done:
    start_back_test(
        rules_id=row.pk, since=data["since"], until=data["until"], account=data["account"], actor=page.actor, now=page.now
    )  # fmt: skip
    return Done(f"Back-test of version {row.version} started.")


def _send(row: MatchingRules, reason: str, page: Page) -> ApprovalRequest:
    return versions.propose_rules(rules_id=row.pk, reason=reason, maker=page.actor, now=page.now)


def _drop(row: MatchingRules, page: Page) -> None:
    versions.drop_rules(rules_id=row.pk, actor=page.actor, now=page.now)


def draft_acts(url_of: Callable[[Any], str]) -> tuple[Act, Act]:
    """On the list, a copy of the version in force; on a version, a copy of it: and on to the draft."""

    def run(obj: Any, data: Data, page: Page) -> Done:
        made = versions.draft_rules(maker=page.actor, now=page.now, based_on=obj.pk if obj else None)
        return Done(f"Version {made.version} drafted.", next_url=url_of(made))

    return (
        Act("draft", "Draft a new version", MAY, run, kind="primary", dialog=False),
        Act("copy", "Draft a copy", MAY, run, dialog=False, standing=_settled),
    )


def _send_words(row: MatchingRules, page: Page) -> str:
    return f"Send version {row.version} for approval" if row.state == State.DRAFT else f"Ask to bring version {row.version} back"


ACTS = (
    drop_act(MAY, _drop),
    Act("rule", _change_words, MAY, _change, title="Change this rule", fields=rule_fields, standing=_editing),
    Act("test", "Back-test…", MAY, _test, title="Match past days again by this version", fields=_test_fields, standing=_open),
    send_act(MAY, _send, standing=_tested, approver=APPROVER, words=_send_words),
)
