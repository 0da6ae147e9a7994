"""Versions of the matching rules: drafted by one person, back-tested, approved by another, in force; an older one comes back the same
way (R15, S1)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.refusals import Invalid
from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.operations import versions
from reconciliation.matching.ruleset import Body, body_of, problems_of, read_body
from reconciliation.matching.wording import changed_settings, differences
from reconciliation.models import MatchingRules
from reconciliation.queries.matching_rules import active_rules, latest_back_test, rules_of

State = MatchingRules.State


def draft_rules(*, maker: Actor, now: datetime, based_on: UUID | None = None) -> MatchingRules:
    """A new draft with the next version number: a copy of the version in force, or of `based_on`."""
    with transaction.atomic():
        versions.one_at_a_time(MatchingRules)
        before = MatchingRules.objects.get(pk=based_on) if based_on else active_rules()
        return versions.add_draft(MatchingRules(based_on=before), body=body_of(rules_of(before)), maker=maker, now=now)


def save_rules(*, rules_id: UUID, body: Body, actor: Actor, now: datetime) -> MatchingRules:
    """Put new rules in a draft; a back-test of what was there before counts no more. Raises Conflict; Invalid, which says what is
    unsafe and why. Each rule gets the version number that its parameters have, or the next."""
    with transaction.atomic():
        versions.one_at_a_time(MatchingRules)
        row = versions.lock_version(MatchingRules, rules_id, "Only a draft is changed.")
        _require_sound(body)
        said = differences(rules_of(row), read_body(body, version=row.version))
        return versions.change_draft(row, body=_numbered(body, row), actor=actor, now=now, changes=said)


def propose_rules(*, rules_id: UUID, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Send a draft, or a version that was in force before, for approval: what differs, and what its back-test found.

    Raises Conflict; ApprovalRefused without a back-test of exactly these rules against those in force that saw a line, or where nothing
    differs.
    """
    why = "Only a draft, or a version that was in force before, is sent for approval."
    with transaction.atomic():
        versions.one_at_a_time(MatchingRules)
        row = versions.lock_version(MatchingRules, rules_id, why, State.DRAFT, State.RETIRED)
        _require_sound(row.body)
        test = latest_back_test(row)
        if test is None:
            why = "it had no back-test, or the last one saw no line, or it or the version in force was changed since"
            raise ApprovalRefused(f"Back-test this version first: {why}.")
        was, becomes = changed_settings(rules_of(active_rules()), rules_of(row))
        if not becomes:
            raise ApprovalRefused("Nothing differs from the rules in force.")
        result = test.result
        payload = {
            "rules": row.public_id, **versions.frozen(row), "before": was, "after": becomes,
            "back_test": test.public_id, "back_test_digest": test.result_digest, "lines": result["lines"],
            "matches_lost": result["lost"]["lines"], "matches_gained": result["gained"]["lines"],
            "other_partner": result["moved"]["lines"], "cases": _cases(result),
        }  # fmt: skip
        return versions.submit(row, payload=payload, summary=f"Matching rules version {row.version}", reason=reason, maker=maker, now=now)


def _cases(result: dict[str, Any]) -> list[str]:
    """Codes whose number of cases differs: "CAPTURE_NOT_SETTLED 0 → 13"."""
    return [f"{code} {was:,} → {becomes:,}" for code, (was, becomes) in result["codes"].items() if was != becomes]


def activate_rules(*, payload: Body, request: ApprovalRequest, actor: Actor, now: datetime) -> MatchingRules:
    """Put an approved version in force and retire the one before; runs that began keep theirs. Raises ApprovalRefused where either is
    not what it was; Invalid."""
    return versions.activate(
        MatchingRules, payload["rules"], check=lambda row: _require_sound(row.body), payload=payload, request=request, actor=actor, now=now
    )


def send_back_rules(*, payload: Body, request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    versions.send_back(MatchingRules, payload["rules"], actor=actor, now=now)


def drop_rules(*, rules_id: UUID, actor: Actor, now: datetime) -> MatchingRules:
    return versions.drop_version(MatchingRules, rules_id, actor=actor, now=now)


def look_at_rules(payload: Body) -> dict[str, str]:
    """The version in force, and how the proposed one differs from it today."""
    before, row = active_rules(), MatchingRules.by_public(payload["rules"])
    said = differences(rules_of(before), rules_of(row))
    return {"In force": f"version {before.version}" if before else "none", "Would change": " ".join(said) or "nothing"}


def _numbered(body: Body, row: MatchingRules) -> Body:
    """Parameters that were used under a number keep it; others get the next one: a label never says two things."""
    known: dict[str, dict[int, Any]] = {}
    for other in MatchingRules.objects.exclude(pk=row.pk).values_list("body", flat=True):
        for each in other["rules"]:
            known.setdefault(each["rule"], {})[each["version"]] = each["parameters"]
    return {"rules": [{**each, "version": _number_of(each["parameters"], known.get(each["rule"], {}))} for each in body["rules"]]}


def _number_of(parameters: Any, known: dict[int, Any]) -> int:
    same = [number for number, said in known.items() if said == parameters]
    return min(same) if same else max(known, default=0) + 1


def _require_sound(body: Body) -> None:
    problems = problems_of(body)
    if problems:
        raise Invalid(" ".join(problems[:10]), field="rules", rule="safe")
