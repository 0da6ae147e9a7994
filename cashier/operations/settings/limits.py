"""A player's limit raised or dropped: asked for by one person, decided by another, after the cooling-off time (K5, S1)."""

from copy import deepcopy
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from cashier.models import Player
from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.operations.settings_changes import Changeable, Key, Scope, Values, propose_change


def _player(key: Key, is_locked: bool) -> Player:
    rows = Player.objects.select_for_update() if is_locked else Player.objects.select_related("brand")
    return rows.get(pk=Player.id_of(key["player"]))


def limits_read(player: Player) -> Values:
    """{"deposit.EUR.day_minor": 100000, …}: every limit by its path."""
    return {
        f"{kind}.{currency}.{name}": value
        for kind, currencies in player.limits.items()
        for currency, limits in currencies.items()
        for name, value in limits.items()
    }


def _write(player: Player, values: Values) -> None:
    limits = deepcopy(player.limits)
    for path, value in values.items():
        kind, currency, name = path.split(".")
        if value is None:
            limits[kind][currency].pop(name)
        else:
            limits[kind][currency][name] = value
    player.limits = limits


def _check(player: Player) -> None:
    if any(value < 0 for value in limits_read(player).values()):
        raise ApprovalRefused("A limit is zero or more.")


LIMIT = Changeable("limit.raise", _player, limits_read, _write, check=_check, name=lambda row: f"limit of {row.external_id}")


def propose_limit(*, player_id: UUID, path: str, limit_minor: int | None, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Ask that a limit of a player be raised, or dropped (None). `path`: deposit.EUR.day_minor; minor units of that currency.

    Raises ApprovalRefused for a limit that the player does not have, and for a lower one: that holds at once, by the API.
    """
    player = Player.objects.select_related("brand").get(pk=player_id)
    known = limits_read(player)
    if path not in known:
        raise ApprovalRefused("The player has no such limit: there is nothing to raise.")
    if limit_minor is not None and limit_minor < known[path]:
        raise ApprovalRefused("A lower limit needs nobody's consent: it holds at once.")
    scope = Scope(player.brand.entity_id, path.split(".")[1], player.brand.code, player.public_id)
    key = {"player": player.public_id}
    return propose_change(LIMIT, key=key, after={path: limit_minor}, reason=reason, maker=maker, now=now, scope=scope)


def cools_off_until(request: ApprovalRequest) -> datetime:
    """From when on the request may be executed (K5)."""
    return request.requested_at + timedelta(hours=settings.LIMIT_COOLING_OFF_HOURS)


def require_cooled_off(request: ApprovalRequest, *, now: datetime) -> None:
    """Raises ApprovalRefused before the player's cooling-off time is over (K5)."""
    until = cools_off_until(request)
    if now < until:
        raise ApprovalRefused(f"The player's cooling-off time ends on {until:%d %b %Y at %H:%M} UTC: decide after it.")
