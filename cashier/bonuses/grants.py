"""Granting a bonus: its terms are checked, then fixed on its row; its money is posted at once (G4)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from cashier.bonuses.books import post_bonus
from cashier.bonuses.refusals import BonusNotForPlayer, BonusTermsWrong, GrantReused
from cashier.models import Bonus, Player
from ledger.actors import Actor
from ledger.locks import lock_wallet
from ledger.transitions import move, record_birth

Kind = Bonus.Kind
MOST_TIMES = 1000
MOST_SPINS = 10_000
LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted on which terms; amounts are minor units of `currency`.

    amount_minor: of kinds amount and cashback; spins at spin_minor in `game` (empty: any): of freespins. wager_times: how often the
    face must be staked; an amount with 0 is cash. contribution: {game: percent}, "*" for every other game. None: no limit.
    deposit_ref: the deposit (pi_) that earned it, whose return forfeits it.
    """

    kind: str
    currency: str
    term: timedelta
    amount_minor: int = 0
    spins: int = 0
    spin_minor: int = 0
    game: str = ""
    wager_times: int = 0
    cap_minor: int | None = None
    max_bet_minor: int | None = None
    contribution: dict[str, int] = field(default_factory=dict)
    prohibited_games: tuple[str, ...] = ()
    forfeits_on_payout: bool = False
    deposit_ref: str = ""

    @property
    def is_cash(self) -> bool:
        """Whether it goes to playable at once."""
        return self.kind == Kind.CASHBACK or (self.kind == Kind.AMOUNT and not self.wager_times)


def grant_bonus(*, player: Player, grant: Grant, grant_ref: str, reason: str = "", actor: Actor, now: datetime) -> Bonus:
    """Grant a bonus and post it: to `bonus`, or to `playable` where it is cash. Free spins post nothing until one wins.

    `grant_ref` names the grant for good: again, it is the same bonus. Raises BonusTermsWrong, BonusNotForPlayer, GrantReused.
    """
    check_terms(grant)
    with transaction.atomic():
        # 1. The wallet's lock orders this after a self-exclusion that is under way, and before the next round.
        lock_wallet(entity_id=player.brand.entity_id, player_id=player.public_id, asset=grant.currency)
        known = Bonus.objects.filter(grant_ref=grant_ref).first()
        if known is not None:
            return same(known, player, grant)
        if Player.objects.values_list("state", flat=True).get(pk=player.pk) != Player.State.ACTIVE:
            raise BonusNotForPlayer
        # 2. The row, with its terms as they were agreed, and its money.
        bonus = new_bonus(player, grant, grant_ref, reason, now)
        bonus.save(force_insert=True)
        record_birth(bonus, actor=actor, now=now, event="bonus.granted")
        if grant.is_cash:
            post_bonus("bonus.paid", bonus, {"amount_minor": grant.amount_minor}, actor=actor, now=now)
            bonus.ended_at = now
            move(bonus, "pay", actor=actor, now=now, event="bonus.paid", extra_fields=["ended_at"])
        elif grant.amount_minor:
            post_bonus("bonus.granted", bonus, {"amount_minor": grant.amount_minor}, actor=actor, now=now)
    return bonus


def new_bonus(player: Player, grant: Grant, grant_ref: str, reason: str, now: datetime) -> Bonus:
    return Bonus(
        player=player,
        entity=player.brand.entity,
        kind=grant.kind,
        currency=grant.currency,
        grant_ref=grant_ref,
        deposit_ref=grant.deposit_ref,
        face_minor=grant.amount_minor,
        balance_minor=0 if grant.is_cash else grant.amount_minor,
        converted_minor=grant.amount_minor if grant.is_cash else 0,
        wager_times=grant.wager_times,
        required_minor=grant.amount_minor * grant.wager_times,
        cap_minor=grant.cap_minor,
        max_bet_minor=grant.max_bet_minor,
        spins=grant.spins,
        spin_minor=grant.spin_minor,
        game=grant.game,
        contribution=grant.contribution,
        prohibited_games=sorted(grant.prohibited_games),
        forfeits_on_payout=grant.forfeits_on_payout,
        reason=reason[:300],
        expires_at=now + grant.term,
        created_at=now,
        updated_at=now,
    )


def same(known: Bonus, player: Player, grant: Grant) -> Bonus:
    """The bonus that this reference granted, if it is this one. Raises GrantReused."""
    granted = (known.player_id, known.kind, known.currency, known.face_minor, known.spins)
    if granted != (player.pk, grant.kind, grant.currency, grant.amount_minor, grant.spins):
        raise GrantReused
    return known


def check_terms(grant: Grant) -> None:
    """Raise BonusTermsWrong for the first rule that the terms break, naming the field."""
    is_spins, is_amount = grant.kind == Kind.FREESPINS, grant.amount_minor > 0
    percents = grant.contribution.values()
    rules = (
        (grant.kind in Kind.values, "type", "The type is amount, freespins or cashback."),
        (is_spins != is_amount, "amount", "Free spins have no amount; an amount or a cashback has one above zero."),
        (is_spins == (grant.spins > 0), "freespins", "Give freespins with a count above zero, for the type freespins only."),
        (is_spins == (grant.spin_minor > 0), "freespins", "Give the value of a spin, above zero."),
        (grant.spins <= MOST_SPINS, "freespins", f"At most {MOST_SPINS} spins."),
        (0 <= grant.wager_times <= MOST_TIMES, "wager", f"Wagering is 0 to {MOST_TIMES} times."),
        (not (grant.kind == Kind.CASHBACK and grant.wager_times), "wager", "Cashback is cash; it can't be wagered. Grant an amount."),
        (grant.cap_minor is None or grant.cap_minor > 0, "max_conversion", "The cap is above zero, or left out."),
        (grant.max_bet_minor is None or grant.max_bet_minor > 0, "max_bet", "The highest bet is above zero, or left out."),
        (all(0 <= percent <= 100 for percent in percents), "contribution", "A contribution is 0 to 100 percent."),
        (timedelta(0) < grant.term <= LONGEST, "term_days", f"The term is 1 to {LONGEST.days} days."),
    )
    for holds, name, message in rules:
        if not holds:
            raise BonusTermsWrong(message, field=name, rule="bonus_terms")
