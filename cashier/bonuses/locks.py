"""Locks of bonuses: the wallet first, then its bonuses in id order. A bonus changes only under its player's wallet lock."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from cashier.bonuses.refusals import BonusUnknown
from cashier.models import Bonus, Player
from ledger.actors import Actor
from ledger.locks import lock_wallet, lock_wallets
from ledger.transitions import attribute

ROWS = Bonus.objects.select_related("player__brand", "entity")


def lock_bonus(bonus_id: UUID) -> Bonus:
    """One bonus and its player's wallet. Raises BonusUnknown."""
    known = Bonus.objects.select_related("player").filter(pk=bonus_id).first()
    if known is None:
        raise BonusUnknown
    lock_wallet(entity_id=known.entity_id, player_id=known.player.public_id, asset=known.currency)
    return lock_rows([bonus_id])[0]


def lock_rows(bonus_ids: Collection[UUID]) -> list[Bonus]:
    """These bonuses, whose wallet the caller has locked."""
    return list(ROWS.select_for_update(of=("self",)).filter(pk__in=list(bonus_ids)).order_by("pk")) if bonus_ids else []


def lock_active(*, player: Player, currency: str) -> list[Bonus]:
    """The player's active bonuses in a currency whose wallet the caller has locked, in the order of their use: oldest first."""
    rows = ROWS.filter(player=player, currency=currency, state=Bonus.State.ACTIVE)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def lock_bonus_wallets(player: Player) -> None:
    """The wallets of a player that hold active bonuses: before the player's own row, as rounds do."""
    currencies = set(Bonus.objects.filter(player=player, state=Bonus.State.ACTIVE).values_list("currency", flat=True))
    lock_wallets(entity_id=player.brand.entity_id, wallets=[(player.public_id, currency) for currency in currencies])


def keep(bonus: Bonus, *fields: str, event: str, actor: Actor, now: datetime) -> None:
    """Save counters of a bonus whose state stays; its history names the event and the actor."""
    bonus.updated_at = now
    attribute(bonus, actor, event)
    bonus.save(update_fields=[*fields, "updated_at"])
