"""Who holds which permission, which two nobody may hold together, and whose player an act is about (S1, S2, P4)."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Q

from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import SeparateDuty, User

_PLAYER = re.compile(r"pl_[0-9a-z]{26}")


def holds_permission(user: User, permission: str) -> bool:
    """Whether an active person holds "app.codename" by role or by name; being superuser gives nothing (S1)."""
    app, _, codename = permission.partition(".")
    held = Permission.objects.filter(Q(group__user=user) | Q(user=user), content_type__app_label=app, codename=codename)
    return user.is_active and held.exists()


def permissions_of(user: User) -> set[str]:
    """Every "app.codename" that a person holds by role or by name."""
    held = Permission.objects.filter(Q(group__user=user) | Q(user=user))
    return names_of(held.values_list("content_type__app_label", "codename"))


def names_of(rows: Iterable[tuple[str, str]]) -> set[str]:
    return {f"{app}.{codename}" for app, codename in rows}


def joined_duties(permissions: set[str]) -> list[SeparateDuty]:
    """The rules in force that these permissions break together."""
    rules = SeparateDuty.objects.filter(is_in_force=True, first__in=permissions, second__in=permissions)
    return list(rules.order_by("first", "second"))


def require_separate(permissions: set[str], who: str) -> None:
    """Raise ApprovalRefused where two of these permissions are not for one person."""
    for rule in joined_duties(permissions):
        raise ApprovalRefused(f"{who} would hold {rule.first} and {rule.second}: separate duties. {rule.reason}")


def require_separate_decider(checker: User, permission: str) -> None:
    """Raise ApprovalRefused where a checker also holds what nobody may hold beside `permission`: the rule may be newer than the grant."""
    for rule in joined_duties(permissions_of(checker)):
        if permission in (rule.first, rule.second):
            other = rule.second if permission == rule.first else rule.first
            raise ApprovalRefused(f"Who holds {other} can't decide with {permission}: separate duties. {rule.reason}")


def players_in(payload: Any) -> set[str]:
    """Public ids of all players that a payload names, however deep."""
    if isinstance(payload, str):
        return set(_PLAYER.findall(payload))
    items = payload.values() if isinstance(payload, dict) else payload if isinstance(payload, list | tuple) else ()
    return {player for item in items for player in players_in(item)}


def require_not_own_player(actor: Actor, players: set[str]) -> None:
    """Raise ApprovalRefused where a person of the staff acts on a player account of their own (P4)."""
    if actor.kind != "user" or not players:
        return
    person = User.objects.filter(pk=actor.id).first()
    if person is not None and players & set(person.player_refs):
        raise ApprovalRefused("Staff can't ask for, or decide on, anything about their own player account.")
