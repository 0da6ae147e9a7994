"""How a bonus ends: converted, expired, forfeited; and what a round that was open then still does to it (G4)."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from cashier.bonuses.books import post_bonus
from cashier.bonuses.locks import keep, lock_bonus
from cashier.bonuses.refusals import BonusEnded, BonusNotConvertible, BonusNotWagered
from cashier.bonuses.terms import ending_of
from cashier.models import Bonus, Player
from ledger.actors import Actor
from ledger.transitions import move

State = Bonus.State
EVENTS = {
    State.CONVERTED: ("convert", "bonus.converted"),
    State.EXPIRED: ("expire", "bonus.expired"),
    State.FORFEITED: ("forfeit", "bonus.forfeited"),
}
COUNTERS = ("balance_minor", "converted_minor", "returned_minor")


def convert_bonus(*, bonus_id: UUID, actor: Actor, now: datetime) -> Bonus:
    """Turn a wagered bonus into playable money, up to its cap. Raises BonusUnknown, BonusEnded, BonusNotWagered, BonusNotConvertible."""
    with transaction.atomic():
        bonus = require_active(lock_bonus(bonus_id))
        if bonus.expires_at <= now:
            raise BonusEnded("The bonus's term is over.")
        if not bonus.is_wagered:
            raise BonusNotWagered(remaining_minor=bonus.remaining_minor, spins_left=bonus.spins_left)
        if not bonus.player.is_creditable:
            raise BonusNotConvertible
        end(bonus, State.CONVERTED, actor=actor, now=now)
    return bonus


def expire_bonus(*, bonus_id: UUID, actor: Actor, now: datetime) -> Bonus:
    """End a bonus whose term is over. One that has ended, or has time left, stays as it is. Raises BonusUnknown."""
    with transaction.atomic():
        bonus = lock_bonus(bonus_id)
        if bonus.state == State.ACTIVE and bonus.expires_at <= now:
            end(bonus, State.EXPIRED, actor=actor, now=now)
    return bonus


def forfeit_bonus(*, bonus_id: UUID, reason: str, actor: Actor, now: datetime) -> Bonus:
    """Take what is left of a bonus, winnings included. Raises BonusUnknown, BonusEnded."""
    with transaction.atomic():
        bonus = require_active(lock_bonus(bonus_id))
        end(bonus, State.FORFEITED, reason=reason, actor=actor, now=now)
    return bonus


def forfeit_on_payout(*, player: Player, currency: str, actor: Actor, now: datetime) -> list[Bonus]:
    """A payout was asked for: the active bonuses in its currency whose terms say so are forfeited."""
    rows = active(player).filter(currency=currency, forfeits_on_payout=True)
    return forfeit_all(rows.values_list("pk", flat=True), "payout requested", actor, now)


def forfeit_on_exclusion(*, player: Player, reason: str, actor: Actor, now: datetime) -> list[Bonus]:
    """The player excluded himself or left: every active bonus is forfeited."""
    return forfeit_all(active(player).values_list("pk", flat=True), reason, actor, now)


def forfeit_of_deposit(*, deposit_ref: str, reason: str, actor: Actor, now: datetime) -> list[Bonus]:
    """The deposit (pi_) was charged back or returned: the active bonuses that it earned are forfeited, each by a posting of its own."""
    rows = Bonus.objects.filter(deposit_ref=deposit_ref, state=State.ACTIVE).order_by("currency", "pk")
    return forfeit_all(rows.values_list("pk", flat=True), reason, actor, now)


def forfeit_all(bonus_ids: Iterable[UUID], reason: str, actor: Actor, now: datetime) -> list[Bonus]:
    """Forfeit those that are active when their lock is held."""
    with transaction.atomic():
        held = [lock_bonus(bonus_id) for bonus_id in list(bonus_ids)]
        open_ones = [bonus for bonus in held if bonus.state == State.ACTIVE]
        for bonus in open_ones:
            end(bonus, State.FORFEITED, reason=reason, actor=actor, now=now)
    return open_ones


def active(player: Player) -> QuerySet[Bonus]:
    """In the order of their wallets' locks."""
    return Bonus.objects.filter(player=player, state=State.ACTIVE).order_by("currency", "pk")


def require_active(bonus: Bonus) -> Bonus:
    if bonus.state != State.ACTIVE:
        raise BonusEnded(state=str(bonus.state))
    return bonus


def end(bonus: Bonus, state: State, *, reason: str = "", actor: Actor, now: datetime) -> None:
    """Post where the rest goes and move the state; the caller holds the locks."""
    transition, event = EVENTS[state]
    divide(bonus, state, cause="", actor=actor, now=now)
    bonus.ended_at, bonus.reason = now, reason[:300] or bonus.reason
    move(bonus, transition, actor=actor, now=now, event=event, extra_fields=[*COUNTERS, "ended_at", "reason"])


def settle_after_end(bonus: Bonus, *, cause: str, actor: Actor, now: datetime) -> None:
    """A round that was open at the end gave something back: it goes the way that the rest went. `cause` is the round move (mv_)."""
    divide(bonus, State(bonus.state), cause=cause, actor=actor, now=now)
    keep(bonus, *COUNTERS, event=EVENTS[State(bonus.state)][1], actor=actor, now=now)


def divide(bonus: Bonus, state: State, *, cause: str, actor: Actor, now: datetime) -> None:
    """Post the rest of a bonus to where its end sends it, and set the counters; an empty bonus posts nothing."""
    parts = ending_of(bonus, is_converted=state == State.CONVERTED)
    if bonus.balance_minor:
        facts = asdict(parts)
        if state != State.CONVERTED:
            del facts["converted_minor"]
        post_bonus(EVENTS[state][1], bonus, facts, cause=cause, actor=actor, now=now)
    bonus.balance_minor = 0
    bonus.converted_minor += parts.converted_minor
    bonus.returned_minor += parts.cost_minor
