"""Versions of the routing rules: drafted by one person, tried over the past, approved by another, in force (C12, S1)."""

from copy import deepcopy
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.models import MerchantAccount, RoutingRules
from cashier.queries.routing import active_rules, default_policy, latest_trial, policy_of
from cashier.refusals import Invalid
from cashier.routing import BadPolicy, Policy, read_policy
from cashier.routing.conflicts import find_conflicts
from cashier.routing.wording import differences
from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.operations import versions

Body = dict[str, Any]


def draft_rules(*, maker: Actor, now: datetime) -> RoutingRules:
    """A new draft with the next version number, a copy of the version in force; empty where there is none."""
    with transaction.atomic():
        versions.one_at_a_time(RoutingRules)
        before = active_rules()
        body = deepcopy(before.body) if before else {"rules": [], "options": {}, "splits": []}
        return versions.add_draft(RoutingRules(based_on=before), body=body, maker=maker, now=now)


def save_draft(*, rules_id: UUID, body: Body, overlap_is_meant: bool = False, actor: Actor, now: datetime) -> RoutingRules:
    """Put a new body in a draft. A dry run of what was there before counts no more.

    Raises Conflict for what is no draft; Invalid for rules that can't be so, that name an account which is not there, that are
    never reached, or that overlap where it was not said that this is meant: each named, nothing saved.
    """
    policy = require_sound(body, overlap_is_meant=overlap_is_meant)
    with transaction.atomic():
        rules = versions.lock_version(RoutingRules, rules_id, "Only a draft is changed.")
        return versions.change_draft(rules, body=body, actor=actor, now=now, changes=differences(policy_of(rules), policy))


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

    Raises Conflict for what is no draft, ApprovalRefused before a dry run of exactly this version, or where nothing changes.
    """
    with transaction.atomic():
        versions.one_at_a_time(RoutingRules)
        rules = versions.lock_version(RoutingRules, rules_id, "Only a draft is sent for approval.")
        policy, before = require_sound(rules.body, overlap_is_meant=True), active_rules()
        trial = latest_trial(rules)
        if trial is None:
            raise ApprovalRefused("Run this version over past deposits first: it changed since its last dry run, or had none.")
        changes = differences(policy_of(before), policy)
        if before is not None and not changes:
            raise ApprovalRefused("Nothing differs from the rules in force.")
        dry_run = {"id": trial.public_id, "deposits": trial.result["deposits"], "moved": trial.result["moved"]}
        payload = {"rules": rules.public_id, **versions.frozen(rules), "changes": changes, "dry_run": dry_run}
        summary = f"Routing rules version {rules.version}"
        return versions.submit(rules, payload=payload, summary=summary, reason=reason, maker=maker, now=now)


def activate_rules(*, payload: Body, request: ApprovalRequest, actor: Actor, now: datetime) -> RoutingRules:
    """Put an approved version in force and retire the one before. Raises ApprovalRefused where either is not what it was; Invalid."""
    return versions.activate(
        RoutingRules, payload["rules"], check=lambda rules: require_sound(rules.body, overlap_is_meant=True), payload=payload,
        request=request, actor=actor, now=now,
    )  # fmt: skip


def send_back_rules(*, payload: Body, request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    versions.send_back(RoutingRules, payload["rules"], actor=actor, now=now)


def drop_draft(*, rules_id: UUID, actor: Actor, now: datetime) -> RoutingRules:
    return versions.drop_version(RoutingRules, rules_id, actor=actor, now=now)


def look_at_rules(payload: Body) -> dict[str, str]:
    """The version in force, and how the proposed one differs from it."""
    before, rules = active_rules(), RoutingRules.by_public(payload["rules"])
    in_force = policy_of(before) if before else default_policy()
    return {
        "In force": f"version {before.version}" if before else "no rules: the built-in defaults",
        "Would change": " ".join(differences(in_force, policy_of(rules))) or "nothing",
    }
