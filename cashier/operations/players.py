"""Players are made and kept by the operator's platform (G1)."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import transaction

from cashier.bonuses.endings import forfeit_on_exclusion
from cashier.bonuses.locks import lock_bonus_wallets
from cashier.locks import lock_player
from cashier.models import Brand, Player, PlayerIdentity
from cashier.refusals import Conflict, Refused
from cashier.sealing import lookup_hash, new_wrapped_key, seal, unseal, unwrap_key
from ledger.actors import Actor
from ledger.operations import record_audit
from ledger.outbox import publish
from ledger.transitions import move, record_birth

TRANSITIONS = {
    Player.State.ACTIVE: ("activate", "player.activated"),
    Player.State.SELF_EXCLUDED: ("self_exclude", "player.self_excluded"),
    Player.State.BLOCKED: ("block", "player.blocked"),
    Player.State.CLOSED: ("close", "player.closed"),
}
# Who leaves so loses active bonuses; a block can be lifted, and leaves them.
LEFT = (Player.State.SELF_EXCLUDED, Player.State.CLOSED)
PLAIN_FIELDS = ("country", "currency", "kyc_status", "kyc_level", "is_vip")


class PlayerExists(Conflict):
    """This brand has a player with this external_id already."""

    code = "PLAYER_EXISTS"


class LimitIncrease(Refused):
    """A limit can be lowered at once; raising or dropping it needs its cooling-off time (K5)."""

    code = "LIMIT_INCREASE_NOT_ALLOWED"


@dataclass(frozen=True, slots=True)
class PlayerFacts:
    """What a caller states of a player. `limits` are minor units; `identity` is personal data, stored encrypted only."""

    fields: dict[str, Any] = field(default_factory=dict)
    status: str = ""
    limits: dict[str, Any] | None = None
    identity: dict[str, str] | None = None


def create_player(*, brand: Brand, external_id: str, facts: PlayerFacts, actor: Actor, now: datetime) -> Player:
    """Make an active player of the brand. Raises PlayerExists."""
    with transaction.atomic():
        if Player.objects.filter(brand=brand, external_id=external_id).exists():
            raise PlayerExists
        player = Player(brand=brand, external_id=external_id, limits=facts.limits or {}, created_at=now, updated_at=now)
        set_fields(player, facts.fields)
        player.save(force_insert=True)
        record_birth(player, actor=actor, now=now, event="player.created")
        if facts.identity:
            keep_identity(player, facts.identity, now=now)
    return player


def change_player(*, player_id: UUID, facts: PlayerFacts, actor: Actor, now: datetime) -> Player:
    """Change status, limits, KYC, identity; what is not stated stays. Self-exclusion and closing forfeit active bonuses.

    Raises LimitIncrease, TransitionNotAllowed, Player.DoesNotExist."""
    with transaction.atomic():
        leaves = facts.status in LEFT
        if leaves:
            # Wallets before the player's row, as rounds lock them.
            lock_bonus_wallets(Player.objects.select_related("brand").get(pk=player_id))
        player = lock_player(player_id)
        before = said_publicly(player)
        changed = set_fields(player, facts.fields)
        if facts.limits is not None:
            refuse_increase(player.limits, facts.limits)
            player.limits = merged(player.limits, facts.limits)
            changed.append("limits")
        if changed:
            player.updated_at = now
            cast(Any, player)._change_reason = f"{actor.kind} {actor.id}"[:100]
            player.save(update_fields=[*changed, "updated_at"])
            publish_changes(player, before, now=now)
        if facts.status and facts.status != player.state:
            transition, event = TRANSITIONS[Player.State(facts.status)]
            move(player, transition, actor=actor, now=now, event=event)
            if leaves:
                forfeit_on_exclusion(player=player, reason=event, actor=actor, now=now)
        if facts.identity:
            keep_identity(player, {**read_identity(player), **facts.identity}, now=now)
    return player


def said_publicly(player: Player) -> dict[str, Any]:
    """What the platform hears of where it changes: event -> the fields in question (A8)."""
    return {"player.kyc_changed": (player.kyc_status, player.kyc_level), "player.limits_changed": player.limits}


def publish_changes(player: Player, before: dict[str, Any], *, now: datetime) -> None:
    """An event for each group of fields that says something else than before."""
    for event, said in said_publicly(player).items():
        if said != before[event]:
            publish(player, event, now=now)


def set_fields(player: Player, fields: dict[str, Any]) -> list[str]:
    """Set the plain fields that are stated; a KYC level above zero means that the operator has identified the player."""
    stated = {name: fields[name] for name in PLAIN_FIELDS if name in fields}
    if stated.get("kyc_level") and "kyc_status" not in stated:
        stated["kyc_status"] = Player.Kyc.APPROVED
    for name, value in stated.items():
        setattr(player, name, value)
    return list(stated)


def refuse_increase(old: dict[str, Any], new: dict[str, Any]) -> None:
    for kind, currencies in new.items():
        for currency, limits in currencies.items():
            known = old.get(kind, {}).get(currency, {})
            for name, limit_minor in limits.items():
                if name in known and (limit_minor is None or limit_minor > known[name]):
                    raise LimitIncrease(limit=f"{kind}.{currency}.{name.removesuffix('_minor')}")


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The old limits with the new ones over them."""
    result = {kind: {currency: dict(limits) for currency, limits in currencies.items()} for kind, currencies in old.items()}
    for kind, currencies in new.items():
        for currency, limits in currencies.items():
            row = result.setdefault(kind, {}).setdefault(currency, {})
            row.update({name: limit for name, limit in limits.items() if limit is not None})
    return result


def keep_identity(player: Player, identity: dict[str, str], *, now: datetime) -> None:
    """Seal the personal data under the player's own key: one row, no history (S6)."""
    row = PlayerIdentity.objects.filter(player=player).first()
    wrapped = bytes(row.wrapped_key) if row is not None else new_wrapped_key(owner=player.public_id)
    content = json.dumps(identity, sort_keys=True).encode()
    ciphertext = seal(content, key=unwrap_key(wrapped, owner=player.public_id), owner=player.public_id)
    email_hash = lookup_hash(identity["email"], purpose="email") if identity.get("email") else ""
    PlayerIdentity.objects.update_or_create(
        player=player, defaults={"wrapped_key": wrapped, "ciphertext": ciphertext, "email_hash": email_hash, "updated_at": now}
    )


def read_identity(player: Player) -> dict[str, str]:
    """The personal data; {} where none is kept. Raises CannotUnseal. Who shows it to a person uses `show_identity`."""
    row = PlayerIdentity.objects.filter(player=player).first()
    if row is None:
        return {}
    key = unwrap_key(bytes(row.wrapped_key), owner=player.public_id)
    identity: dict[str, str] = json.loads(unseal(bytes(row.ciphertext), key=key, owner=player.public_id))
    return identity


def show_identity(*, player_id: UUID, reason: str, actor: Actor, now: datetime) -> dict[str, str]:
    """Unmask the personal data for a person: every read is an audited act (S5, S6). Raises Player.DoesNotExist."""
    with transaction.atomic():
        player = Player.objects.get(pk=player_id)
        record_audit(
            act="player.unmasked", actor=actor, target_kind="player", target_id=player.public_id, detail={}, reason=reason, now=now
        )
        return read_identity(player)
