"""What no call brings about: terms that are over, bonuses wagered by a round without a win, those of players who left (G4)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db.models import F, Q

from cashier.bonuses.endings import convert_bonus, expire_bonus, forfeit_bonus
from cashier.models import Bonus, Player
from ledger.actors import system_actor
from ledger.refusals import Refused

SWEEPER = system_actor("bonus_sweeper")
AT_ONCE = 500
# A round that is still open settles long before this; a bonus wagered in it is then converted with its win.
REST = timedelta(minutes=10)
LEFT = (Player.State.SELF_EXCLUDED, Player.State.CLOSED)

ACTIVE = Q(state=Bonus.State.ACTIVE)
WAGERED = Q(wagered_minor__gte=F("required_minor"), spins_used__gte=F("spins"))


def sweep_bonuses(*, now: datetime) -> dict[str, int]:
    """End every bonus whose time has come, each in its own transaction. Returns how many expired, converted and were forfeited."""
    expired = [expire_bonus(bonus_id=pk, actor=SWEEPER, now=now) for pk in due(expires_at__lte=now)]
    return {
        "expired": len(expired),
        "converted": sum(ended(partial(convert_bonus, bonus_id=pk, actor=SWEEPER, now=now)) for pk in wagered(now)),
        "forfeited": sum(ended(partial(forfeit_bonus, bonus_id=pk, reason="player left", actor=SWEEPER, now=now)) for pk in of_leavers()),
    }


def of_leavers() -> list[UUID]:
    return due(player__state__in=LEFT)


def wagered(now: datetime) -> list[UUID]:
    return due(WAGERED, updated_at__lte=now - REST, expires_at__gt=now, player__state=Player.State.ACTIVE)


def due(*conditions: Q, **filters: object) -> list[UUID]:
    """Active bonuses that meet the conditions, the oldest first."""
    return list(Bonus.objects.filter(ACTIVE, *conditions, **filters).order_by("expires_at").values_list("pk", flat=True)[:AT_ONCE])


def ended(act: Callable[[], Bonus]) -> bool:
    """Whether the act ended a bonus; one that a call ended meanwhile, or that a rollback reopened, is left alone."""
    try:
        act()
    except Refused:
        return False
    return True
