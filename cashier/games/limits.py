"""What a player set for himself or was set: stakes and losses (K5, first cut). Checked with the wallet locked, so there is no race."""

from datetime import datetime, timedelta

from django.db.models import Case, F, Sum, Value, When

from cashier.games.refusals import PlayerMayNotPlay, StakeAboveLimit
from cashier.models import Player, RoundMove
from ledger.models import MinorUnitsField

WINDOWS = {"day_minor": timedelta(days=1), "week_minor": timedelta(days=7), "month_minor": timedelta(days=30)}
Kind = RoundMove.Kind


def check_may_stake(*, player: Player, amount_minor: int, currency: str, now: datetime) -> None:
    """Limits are minor units: limits["stake"]["EUR"]["max_minor"], limits["loss"]["EUR"]["day_minor"].

    Raises PlayerMayNotPlay, StakeAboveLimit.
    """
    if player.state != Player.State.ACTIVE:
        raise PlayerMayNotPlay(state=str(player.state))
    highest = player.limits.get("stake", {}).get(currency, {}).get("max_minor")
    if highest is not None and amount_minor > highest:
        raise StakeAboveLimit(limit="stake", max_minor=highest)
    for name, limit_minor in player.limits.get("loss", {}).get(currency, {}).items():
        lost_minor = lost_since(player, currency, now - WINDOWS[name])
        if lost_minor + amount_minor > limit_minor:
            raise StakeAboveLimit(limit=f"loss_{name.removesuffix('_minor')}", max_minor=limit_minor)


def lost_since(player: Player, currency: str, since: datetime) -> int:
    """Stakes less wins and rollbacks since then, minor units; below zero for a player who won."""
    moves = RoundMove.objects.filter(round__player=player, round__currency=currency, created_at__gte=since).exclude(kind=Kind.REFUSAL)
    signed = Case(When(kind=Kind.DEBIT, then=F("amount_minor")), default=Value(0) - F("amount_minor"), output_field=MinorUnitsField())
    return int(moves.aggregate(total=Sum(signed))["total"] or 0)
