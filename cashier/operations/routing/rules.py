"""Versions of the routing rules: drafted by one person, tried over the past, approved by another, in force (C12, S1)."""

from copy import deepcopy
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from cashier.models import MerchantAccount, RoutingRules
from cashier.queries.routing import active_rules, default_policy, latest_trial, policy_of
from cashier.refusals import Invalid, NotInThisState
from cashier.routing import BadPolicy, Policy, read_policy
from cashier.routing.conflicts import find_conflicts
from cashier.routing.wording import differences
from ledger.actors import Actor
from ledger.canonical import canonical_json, sha256_hex
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.operations import record_audit, request_approval
from ledger.transitions import attribute, move, record_birth

KIND = "routing.activate"
State = RoutingRules.State
Body = dict[str, Any]


def draft_rules(*, maker: Actor, now: datetime) -> RoutingRules:
    """A new draft with the next version number, a copy of the version in force; empty where there is none."""
    with transaction.atomic():
        _one_at_a_time()
        before = active_rules()
        body = deepcopy(before.body) if before else {"rules": [], "options": {}, "splits": []}
        newest = RoutingRules.objects.aggregate(newest=Max("version"))["newest"] or 0
        rules = RoutingRules(
            version=newest + 1, body=body, digest=digest_of(body), based_on=before, maker_kind=maker.kind, maker_id=maker.id,
            created_at=now, updated_at=now,
        )  # fmt: skip
        attribute(rules, maker, "routing.drafted")
        rules.save(force_insert=True)
        record_birth(rules, actor=maker, now=now, event="routing.drafted")
    return rules


def save_draft(*, rules_id: UUID, body: Body, overlap_is_meant: bool = False, actor: Actor, now: datetime) -> RoutingRules:
    """Put a new body in a draft. A dry run of what was there before counts no more.

    Raises NotInThisState for what is no draft; Invalid for rules that can't be so, that name an account which is not there, that are
    never reached, or that overlap where it was not said that this is meant: each named, nothing saved.
    """
    policy = require_sound(body, overlap_is_meant=overlap_is_meant)
    with transaction.atomic():
        rules = RoutingRules.objects.select_for_update(no_key=True).get(pk=rules_id)
        if rules.state != State.DRAFT:
            raise NotInThisState("Only a draft is changed.", state=str(rules.state))
        changes = differences(policy_of(rules), policy)
        rules.body, rules.digest, rules.updated_at = body, digest_of(body), now
        attribute(rules, actor, "routing.changed")
        rules.save(update_fields=["body", "digest", "updated_at"])
        detail = {"version": rules.version, "digest": rules.digest, "changes": changes}
        record_audit(act="routing.changed", actor=actor, target_kind="RoutingRules", target_id=rules.public_id, detail=detail, now=now)
    return rules


def require_sound(body: Body, *, overlap_is_meant: bool) -> Policy:
    """The body as a policy. Raises Invalid with the rule that is at fault."""
    try:
        policy = read_policy(body)
    except BadPolicy as error:
        raise Invalid(str(error), field="rules", rule="form") from error
    _require_accounts(policy)
    conflicts = find_conflicts(policy)
    told = [row.words for row in conflicts if row.is_dead or not overlap_is_meant]
    if told:
        raise Invalid(" ".join(told), field="rules", rule="unreachable" if conflicts[0].is_dead else "overlap")
    return policy


def _require_accounts(policy: Policy) -> None:
    named = {code for rule in policy.rules for code in rule.accounts} | {code for split in policy.splits for code in split.accounts}
    unknown = named - set(MerchantAccount.objects.filter(code__in=named).values_list("code", flat=True))
    if unknown:
        raise Invalid(f"No merchant account is called {', '.join(sorted(unknown))}.", field="rules", rule="account")


def propose_rules(*, rules_id: UUID, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Send a draft for approval: frozen whole, with what changes and what its dry run said.

    Raises NotInThisState for what is no draft, ApprovalRefused before a dry run of exactly this version, or where nothing changes.
    """
    with transaction.atomic():
        _one_at_a_time()
        rules = RoutingRules.objects.select_for_update(no_key=True).get(pk=rules_id)
        if rules.state != State.DRAFT:
            raise NotInThisState("Only a draft is sent for approval.", state=str(rules.state))
        policy, before = require_sound(rules.body, overlap_is_meant=True), active_rules()
        trial = latest_trial(rules)
        if trial is None:
            raise ApprovalRefused("Run this version over past deposits first: it changed since its last dry run, or had none.")
        changes = differences(policy_of(before), policy)
        if before is not None and not changes:
            raise ApprovalRefused("Nothing differs from the rules in force.")
        move(rules, "submit", actor=maker, now=now, event="routing.submitted")
        payload = {
            "rules": rules.public_id, "version": rules.version, "digest": rules.digest, "in_force": before.version if before else 0,
            "changes": changes, "dry_run": {"id": trial.public_id, "deposits": trial.result["deposits"], "moved": trial.result["moved"]},
        }  # fmt: skip
        return request_approval(
            kind=KIND, payload=payload, summary=f"Routing rules version {rules.version}", reason=reason, maker=maker,
            target_kind="RoutingRules", target_id=rules.public_id, now=now,
        )  # fmt: skip


def activate_rules(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> RoutingRules:
    """Put an approved version in force and retire the one before. Raises ApprovalRefused where either is not what it was."""
    _one_at_a_time()
    rules = RoutingRules.objects.select_for_update(no_key=True).get(pk=RoutingRules.id_of(payload["rules"]))
    before = active_rules()
    if rules.state != State.WAITING or rules.digest != payload["digest"]:
        raise ApprovalRefused("This version is not the one that was sent for approval.")
    if (before.version if before else 0) != payload["in_force"]:
        raise ApprovalRefused("Other rules came into force since this was asked for: draft it again on them.")
    require_sound(rules.body, overlap_is_meant=True)
    if before is not None:
        before.retired_at = now
        move(before, "retire", actor=actor, now=now, event="routing.retired", extra_fields=["retired_at"])
    rules.activated_at = now
    move(rules, "activate", actor=actor, now=now, event="routing.activated", extra_fields=["activated_at"])
    detail = {**payload, "approval": request.public_id}
    record_audit(
        act="routing.activated", actor=actor, target_kind="RoutingRules", target_id=rules.public_id, detail=detail, reason=request.reason,
        now=now,
    )  # fmt: skip
    return rules


def send_back_rules(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """The request was rejected, withdrawn or ran out: a draft again."""
    rules = RoutingRules.objects.select_for_update(no_key=True).get(pk=RoutingRules.id_of(payload["rules"]))
    if rules.state == State.WAITING:
        move(rules, "send_back", actor=actor, now=now, event="routing.sent_back")


def drop_draft(*, rules_id: UUID, actor: Actor, now: datetime) -> RoutingRules:
    """Give a draft up; it stays to be read. Raises NotInThisState."""
    with transaction.atomic():
        rules = RoutingRules.objects.select_for_update(no_key=True).get(pk=rules_id)
        if rules.state != State.DRAFT:
            raise NotInThisState(state=str(rules.state))
        move(rules, "drop", actor=actor, now=now, event="routing.dropped")
    return rules


def look_at_rules(payload: dict[str, Any]) -> dict[str, str]:
    """The version in force, and how the proposed one differs from it."""
    before, rules = active_rules(), RoutingRules.by_public(payload["rules"])
    in_force = policy_of(before) if before else default_policy()
    return {
        "In force": f"version {before.version}" if before else "no rules: the built-in defaults",
        "Would change": " ".join(differences(in_force, policy_of(rules))) or "nothing",
    }


def digest_of(body: Body) -> str:
    return sha256_hex(canonical_json(body))


def _one_at_a_time() -> None:
    """Version numbers and the one active version are decided under one lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('routing:rules', 0))")
