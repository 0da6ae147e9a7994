"""Roles of the staff, and duties that stay apart, changed under four eyes (S1, S2)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, Permission

from ledger.actors import Actor
from ledger.duties import joined_duties, names_of, permissions_of, require_separate
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, SeparateDuty, User
from ledger.operations.approvals import request_approval
from ledger.operations.audit import record_audit
from ledger.transitions import attribute

GRANT, DUTY = "role.grant", "duty.change"


def propose_roles(*, user_id: UUID, roles: list[str], player_refs: list[str], reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Ask to give a person exactly these roles, and to note these player accounts as their own.

    Raises ApprovalRefused for an unknown role, for roles whose duties stay apart, for what is so already.
    """
    person = User.objects.get(pk=user_id)
    after = {"roles": sorted(set(roles)), "player_refs": sorted(set(player_refs))}
    unknown = set(roles) - set(Group.objects.filter(name__in=roles).values_list("name", flat=True))
    if unknown:
        raise ApprovalRefused(f"No role is called {', '.join(sorted(unknown))}.")
    require_separate(_would_hold(person, after["roles"]), str(person))
    before = _standing(person)
    if before == after:
        raise ApprovalRefused(f"{person} has exactly this already.")
    return request_approval(
        kind=GRANT, payload={"user": person.public_id, "before": before, "after": after},
        summary=f"Roles of {person}: {', '.join(after['roles']) or 'none'}"[:300], reason=reason, maker=maker,
        target_kind="User", target_id=person.public_id, now=now,
    )  # fmt: skip


def execute_roles(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> User:
    """Grant as frozen. Raises ApprovalRefused where the person's roles changed since, or duties would be joined by now."""
    person = User.objects.select_for_update().get(pk=User.id_of(payload["user"]))
    if actor == Actor("user", str(person.pk)):
        raise ApprovalRefused("Nobody decides on their own roles.")
    if _standing(person) != payload["before"]:
        raise ApprovalRefused("The person's roles were changed since this was asked for: reject it, and ask again.")
    require_separate(_would_hold(person, payload["after"]["roles"]), str(person))
    person.groups.set(Group.objects.filter(name__in=payload["after"]["roles"]))
    person.player_refs = payload["after"]["player_refs"]
    attribute(person, Actor(request.maker_kind, request.maker_id), request.reason[:100])
    person.save(update_fields=["player_refs"])
    record_audit(
        act="role.granted", actor=actor, target_kind="User", target_id=person.public_id,
        detail={**payload, "approval": request.public_id}, reason=request.reason, now=now,
    )  # fmt: skip
    return person


def propose_duty(*, first: str, second: str, is_in_force: bool, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Ask that two permissions ("app.codename") stay apart, or no longer. Raises ApprovalRefused for unknown ones and for no change."""
    first, second = sorted((first, second))
    known = names_of(Permission.objects.values_list("content_type__app_label", "codename"))
    if first == second or not {first, second} <= known:
        raise ApprovalRefused("Name two different permissions that exist, as app.codename.")
    if is_in_force == SeparateDuty.objects.filter(first=first, second=second, is_in_force=True).exists():
        raise ApprovalRefused("This is so already.")
    words = "stay apart" if is_in_force else "no longer stay apart"
    return request_approval(
        kind=DUTY, payload={"first": first, "second": second, "is_in_force": is_in_force},
        summary=f"{first} and {second} {words}", reason=reason, maker=maker, target_kind="SeparateDuty", now=now,
    )  # fmt: skip


def execute_duty(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> SeparateDuty:
    """Put the rule in force, or out of it. Raises ApprovalRefused where somebody holds both today."""
    key = {"first": payload["first"], "second": payload["second"]}
    row = SeparateDuty.objects.select_for_update().filter(**key).first() or SeparateDuty(**key)
    row.is_in_force, row.reason, row.updated_at = payload["is_in_force"], request.reason, now
    attribute(row, Actor(request.maker_kind, request.maker_id), request.reason[:100])
    row.save()
    holders = [str(person) for person in User.objects.filter(is_active=True) if row in joined_duties(permissions_of(person))]
    if holders:
        raise ApprovalRefused(f"{', '.join(holders)} hold both today: change their roles first.")
    record_audit(
        act="duty.changed", actor=actor, target_kind="SeparateDuty", target_id=row.public_id,
        detail={**payload, "approval": request.public_id}, reason=request.reason, now=now,
    )  # fmt: skip
    return row


def look_at_roles(payload: dict[str, Any]) -> dict[str, str]:
    """The roles and player accounts that the person has."""
    standing = _standing(User.objects.get(pk=User.id_of(payload["user"])))
    return {"Roles": ", ".join(standing["roles"]) or "none", "Own player accounts": ", ".join(standing["player_refs"]) or "none"}


def look_at_duty(payload: dict[str, Any]) -> dict[str, str]:
    """Whether the rule is in force."""
    rule = SeparateDuty.objects.filter(first=payload["first"], second=payload["second"]).first()
    return {"Rule": "in force" if rule and rule.is_in_force else "not in force"}


def _standing(person: User) -> dict[str, list[str]]:
    return {"roles": sorted(person.groups.values_list("name", flat=True)), "player_refs": sorted(person.player_refs)}


def _would_hold(person: User, roles: list[str]) -> set[str]:
    """What these roles give, with what the person holds by name."""
    pairs = ("content_type__app_label", "codename")
    given = Permission.objects.filter(group__name__in=roles).values_list(*pairs)
    return names_of(given) | names_of(person.user_permissions.values_list(*pairs))
