"""Versions of the matching rules: drafted by one person, back-tested, approved by another, in force; an older one comes back the same
way (R15, S1)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from cashier.refusals import Invalid, NotInThisState
from ledger.actors import Actor
from ledger.canonical import canonical_json, sha256_hex
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.operations import record_audit, request_approval
from ledger.transitions import attribute, move, record_birth
from reconciliation.matching.ruleset import Body, body_of, problems_of, read_body
from reconciliation.matching.wording import changed_settings, differences
from reconciliation.models import MatchingRules
from reconciliation.models import MatchingRulesState as State
from reconciliation.queries.matching_rules import active_rules, latest_back_test, rules_of

KIND = "matching_rules.activate"


def draft_rules(*, maker: Actor, now: datetime, based_on: UUID | None = None) -> MatchingRules:
    """A new draft with the next version number: a copy of the version in force, or of `based_on`."""
    with transaction.atomic():
        _one_at_a_time()
        before = MatchingRules.objects.get(pk=based_on) if based_on else active_rules()
        newest = MatchingRules.objects.aggregate(newest=Max("version"))["newest"] or 0
        body = body_of(rules_of(before))
        row = MatchingRules(
            version=newest + 1, body=body, digest=digest_of(body), based_on=before, maker_kind=maker.kind, maker_id=maker.id,
            created_at=now, updated_at=now,
        )  # fmt: skip
        attribute(row, maker, "matching_rules.drafted")
        row.save(force_insert=True)
        record_birth(row, actor=maker, now=now, event="matching_rules.drafted")
    return row


def save_rules(*, rules_id: UUID, body: Body, actor: Actor, now: datetime) -> MatchingRules:
    """Put new rules in a draft; a back-test of what was there before counts no more. Raises NotInThisState; Invalid, which says what is
    unsafe and why. Each rule gets the version number that its parameters have, or the next."""
    with transaction.atomic():
        _one_at_a_time()
        row = _locked(rules_id, "Only a draft is changed.", State.DRAFT)
        _require_sound(body)
        said = differences(rules_of(row), read_body(body, version=row.version))
        row.body = _numbered(body, row)
        row.digest, row.updated_at = digest_of(row.body), now
        attribute(row, actor, "matching_rules.changed")
        row.save(update_fields=["body", "digest", "updated_at"])
        _note(row, "matching_rules.changed", {"version": row.version, "digest": row.digest, "changes": said}, actor, now)
    return row


def propose_rules(*, rules_id: UUID, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Send a draft, or a version that was in force before, for approval: what differs, and what its back-test found.

    Raises NotInThisState; ApprovalRefused without a back-test of exactly these rules against those in force, or where nothing differs.
    """
    with transaction.atomic():
        _one_at_a_time()
        row = _locked(rules_id, "Only a draft, or a version that was in force before, is sent for approval.", State.DRAFT, State.RETIRED)
        _require_sound(row.body)
        before, test = active_rules(), latest_back_test(row)
        if test is None:
            raise ApprovalRefused("Back-test this version first: it, or the version in force, changed since its last one, or it had none.")
        was, becomes = changed_settings(rules_of(before), rules_of(row))
        if not becomes:
            raise ApprovalRefused("Nothing differs from the rules in force.")
        move(row, "submit", actor=maker, now=now, event="matching_rules.submitted")
        result = test.result
        payload = {
            "rules": row.public_id, "version": row.version, "digest": row.digest, "in_force": before.version if before else 0,
            "before": was, "after": becomes,
            "back_test": test.public_id, "back_test_digest": test.result_digest, "lines": result["lines"],
            "matches_lost": result["lost"]["lines"], "matches_gained": result["gained"]["lines"],
            "other_partner": result["moved"]["lines"], "cases": _cases(result),
        }  # fmt: skip
        return request_approval(
            kind=KIND, payload=payload, summary=f"Matching rules version {row.version}", reason=reason, maker=maker,
            target_kind="MatchingRules", target_id=row.public_id, now=now,
        )  # fmt: skip


def _cases(result: dict[str, Any]) -> list[str]:
    """Codes whose number of cases differs: "CAPTURE_NOT_SETTLED 0 → 13"."""
    return [f"{code} {was:,} → {becomes:,}" for code, (was, becomes) in result["codes"].items() if was != becomes]


def activate_rules(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> MatchingRules:
    """Put an approved version in force and retire the one before; runs that began keep theirs. Raises ApprovalRefused where either is
    not what it was."""
    _one_at_a_time()
    row = MatchingRules.objects.select_for_update(no_key=True).get(pk=MatchingRules.id_of(payload["rules"]))
    before = active_rules()
    if row.state != State.WAITING or row.digest != payload["digest"]:
        raise ApprovalRefused("This version is not the one that was sent for approval.")
    if (before.version if before else 0) != payload["in_force"]:
        raise ApprovalRefused("Other rules came into force since this was asked for: back-test it against them.")
    _require_sound(row.body)
    if before is not None:
        before.retired_at = now
        move(before, "retire", actor=actor, now=now, event="matching_rules.retired", extra_fields=["retired_at"])
    row.activated_at, row.retired_at = now, None
    move(row, "activate", actor=actor, now=now, event="matching_rules.activated", extra_fields=["activated_at", "retired_at"])
    _note(row, "matching_rules.activated", {**payload, "approval": request.public_id}, actor, now, reason=request.reason)
    return row


def send_back_rules(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """The request was rejected, withdrawn or ran out: a draft again, or retired as it was."""
    row = MatchingRules.objects.select_for_update(no_key=True).get(pk=MatchingRules.id_of(payload["rules"]))
    if row.state == State.WAITING:
        was_in_force = row.activated_at is not None
        move(row, "put_back" if was_in_force else "send_back", actor=actor, now=now, event="matching_rules.sent_back")


def drop_rules(*, rules_id: UUID, actor: Actor, now: datetime) -> MatchingRules:
    """Give a draft up; it stays to be read. Raises NotInThisState."""
    with transaction.atomic():
        row = _locked(rules_id, "Only a draft is dropped.", State.DRAFT)
        move(row, "drop", actor=actor, now=now, event="matching_rules.dropped")
    return row


def look_at_rules(payload: dict[str, Any]) -> dict[str, str]:
    """The version in force, and how the proposed one differs from it today."""
    before, row = active_rules(), MatchingRules.by_public(payload["rules"])
    said = differences(rules_of(before), rules_of(row))
    return {"In force": f"version {before.version}" if before else "none", "Would change": " ".join(said) or "nothing"}


def digest_of(body: Body) -> str:
    return sha256_hex(canonical_json(body))


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


def _locked(rules_id: UUID, why: str, *states: str) -> MatchingRules:
    row = MatchingRules.objects.select_for_update(no_key=True).get(pk=rules_id)
    if row.state not in states:
        raise NotInThisState(why, state=str(row.state))
    return row


def _require_sound(body: Body) -> None:
    problems = problems_of(body)
    if problems:
        raise Invalid(" ".join(problems[:10]), field="rules", rule="safe")


def _note(row: MatchingRules, act: str, detail: dict[str, Any], actor: Actor, now: datetime, *, reason: str = "") -> None:
    record_audit(act=act, actor=actor, target_kind="MatchingRules", target_id=row.public_id, detail=detail, reason=reason, now=now)


def _one_at_a_time() -> None:
    """Version numbers and the one active version are decided under one lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('reconciliation:matching_rules', 0))")
