"""What game rounds do to bonuses. The caller holds the wallet's lock, posts the move, and tells here what it was."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cashier.bonuses.books import post_bonus
from cashier.bonuses.endings import end, settle_after_end
from cashier.bonuses.locks import keep, lock_active, lock_rows
from cashier.bonuses.shares import Share
from cashier.bonuses.terms import Bet, counts, refusal_of
from cashier.models import Bonus, BonusMove, GameRound, Player, RoundMove
from ledger.actors import Actor
from ledger.ids import to_public

DEBIT = RoundMove.Kind.DEBIT


def record_stake(bonuses: Sequence[Bonus], shares: Sequence[Share], bet: Bet, *, move: RoundMove, actor: Actor, now: datetime) -> None:
    """A stake was posted: take its shares off the bonuses, and count it for the oldest one that still has something to wager."""
    taken = {share.bonus_id: share.amount_minor for share in shares}
    counted = next((bonus for bonus in bonuses if bonus.remaining_minor and refusal_of(bonus, bet) is None), None)
    for bonus in bonuses:
        amount_minor = taken.get(bonus.pk, 0)
        wagered_minor = counts(bonus, bet) if bonus is counted else 0
        if amount_minor or wagered_minor:
            bonus.balance_minor -= amount_minor
            bonus.wagered_minor += wagered_minor
            note(bonus, move, amount_minor=amount_minor, wagered_minor=wagered_minor, now=now)
            keep(bonus, "balance_minor", "wagered_minor", event="round.debited", actor=actor, now=now)


def record_win(shares: Sequence[Share], *, move: RoundMove, actor: Actor, now: datetime) -> None:
    """A win was posted to these bonuses; one that has ended passes it on at once, as its rest went."""
    won = {share.bonus_id: share.amount_minor for share in shares}
    for bonus in lock_rows(won.keys()):
        bonus.balance_minor += won[bonus.pk]
        note(bonus, move, amount_minor=won[bonus.pk], now=now)
        keep_or_pass_on(bonus, move, event="round.credited", actor=actor, now=now)


def record_rollback(debit: RoundMove, *, move: RoundMove, actor: Actor, now: datetime) -> None:
    """A stake was given back: its bonus money, what it counted, its free spin. What it gives to an ended bonus is passed on."""
    done = {row.bonus_id: row for row in BonusMove.objects.filter(move=debit)}
    for bonus in lock_rows(done.keys()):
        row = done[bonus.pk]
        bonus.balance_minor += row.amount_minor
        if bonus.state == Bonus.State.ACTIVE:
            bonus.wagered_minor -= row.wagered_minor
            bonus.spins_used -= int(row.is_spin)
        note(bonus, move, amount_minor=row.amount_minor, wagered_minor=row.wagered_minor, is_spin=row.is_spin, now=now)
        keep_or_pass_on(bonus, move, event="round.rolled_back", actor=actor, now=now)


def pay_spin(spin: BonusMove, amount_minor: int, *, move_id: UUID, actor: Actor, now: datetime) -> UUID:
    """Post the win of a free spin, keyed by the round move that will record it; it adds to the face and to what is to be wagered."""
    bonus = lock_rows([spin.bonus_id])[0]
    cause = to_public(RoundMove.PREFIX, move_id)
    posted = post_bonus("free_spin.won", bonus, {"amount_minor": amount_minor}, cause=cause, actor=actor, now=now)
    bonus.face_minor += amount_minor
    bonus.required_minor += amount_minor * bonus.wager_times
    keep(bonus, "face_minor", "required_minor", event="free_spin.won", actor=actor, now=now)
    return posted.id


def convert_wagered(*, player: Player, currency: str, actor: Actor, now: datetime) -> bool:
    """Convert the player's bonuses that a round has wagered to the end; whether there was one. A player who may not be credited waits."""
    ready = [bonus for bonus in lock_active(player=player, currency=currency) if bonus.is_wagered and bonus.expires_at > now]
    ready = [bonus for bonus in ready if bonus.player.is_creditable]
    for bonus in ready:
        end(bonus, Bonus.State.CONVERTED, actor=actor, now=now)
    return bool(ready)


def shares_of_round(game_round: GameRound) -> tuple[Share, ...]:
    """Bonus money staked in a round and not rolled back, by bonus."""
    rows = BonusMove.objects.filter(move__round=game_round, move__kind=DEBIT, move__answers__isnull=True)
    sums: dict[UUID, int] = {}
    for bonus_id, amount_minor in rows.order_by("bonus_id").values_list("bonus_id", "amount_minor"):
        sums[bonus_id] = sums.get(bonus_id, 0) + int(amount_minor)
    return tuple(Share(bonus_id, amount) for bonus_id, amount in sums.items() if amount)


def shares_of_move(move: RoundMove) -> tuple[Share, ...]:
    """Bonus money in one move, by bonus."""
    rows = BonusMove.objects.filter(move=move, amount_minor__gt=0).order_by("bonus_id")
    return tuple(Share(bonus_id, int(amount)) for bonus_id, amount in rows.values_list("bonus_id", "amount_minor"))


def spin_of_round(game_round: GameRound) -> BonusMove | None:
    """The free spin that a round was played with, unless it was rolled back."""
    rows = BonusMove.objects.filter(move__round=game_round, move__kind=DEBIT, is_spin=True, move__answers__isnull=True)
    return rows.select_related("bonus").first()


def note(bonus: Bonus, move: RoundMove, *, amount_minor: int = 0, wagered_minor: int = 0, is_spin: bool = False, now: datetime) -> None:
    BonusMove.objects.create(
        bonus=bonus, move=move, amount_minor=amount_minor, wagered_minor=wagered_minor, is_spin=is_spin, created_at=now
    )


def keep_or_pass_on(bonus: Bonus, move: RoundMove, *, event: str, actor: Actor, now: datetime) -> None:
    if bonus.state == Bonus.State.ACTIVE:
        keep(bonus, "balance_minor", "wagered_minor", "spins_used", event=event, actor=actor, now=now)
    elif bonus.balance_minor:
        settle_after_end(bonus, cause=move.public_id, actor=actor, now=now)
