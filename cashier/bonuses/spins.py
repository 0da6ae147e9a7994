"""Free spins: one is used by a round that takes no money (G4)."""

from datetime import datetime
from uuid import UUID

from cashier.bonuses.locks import keep, lock_rows
from cashier.bonuses.refusals import BonusEnded, BonusTermOver, BonusUnknown, NoSpinLeft, SpinDiffers
from cashier.bonuses.rounds import note
from cashier.models import Bonus, BonusMove, Player, RoundMove
from ledger.actors import Actor


def take_spin(bonus_id: UUID, *, player: Player, currency: str, amount_minor: int, game: str, now: datetime) -> Bonus:
    """The bonus, locked, if it has a spin for this player at this value in this game; the caller holds the wallet's lock.

    Raises BonusUnknown, BonusEnded, BonusTermOver, NoSpinLeft, SpinDiffers.
    """
    bonus = next(iter(lock_rows([bonus_id])), None)
    if bonus is None or bonus.player_id != player.pk or bonus.currency != currency:
        raise BonusUnknown
    if bonus.state != Bonus.State.ACTIVE:
        raise BonusEnded(state=str(bonus.state))
    if bonus.expires_at <= now:
        raise BonusTermOver(bonus=bonus.public_id)
    if not bonus.spins_left:
        raise NoSpinLeft(bonus=bonus.public_id)
    if amount_minor != bonus.spin_minor or (bonus.game and game != bonus.game):
        raise SpinDiffers(value_minor=bonus.spin_minor, game=bonus.game)
    return bonus


def record_spin(bonus: Bonus, *, move: RoundMove, actor: Actor, now: datetime) -> None:
    bonus.spins_used += 1
    note(bonus, move, is_spin=True, now=now)
    keep(bonus, "spins_used", event="free_spin.used", actor=actor, now=now)


def is_spin_of(move: RoundMove, bonus_id: UUID) -> bool:
    """Whether this debit was a free spin of this bonus."""
    return BonusMove.objects.filter(move=move, bonus_id=bonus_id, is_spin=True).exists()
