"""Short ways to grant and to play. Amounts are EUR minor units."""

from datetime import timedelta
from typing import Any

from cashier.bonuses.grants import Grant, grant_bonus
from cashier.games.operations import Moved, RoundCall, credit_round, debit_round, rollback_round
from cashier.models import Bonus, Player
from ledger.proofs import prove_ledger
from ledger.queries import wallet_view
from tests.house import CLIENT, House

TERM = timedelta(days=7)


def grant(house: House, amount_minor: int = 2_000, *, ref: str = "g1", player: Player | None = None, **terms: Any) -> Bonus:
    """A bonus of an amount that is wagered once, unless the terms say otherwise."""
    facts: dict[str, Any] = {"kind": "amount", "currency": "EUR", "term": TERM, "amount_minor": amount_minor, "wager_times": 1, **terms}
    return grant_bonus(player=player or house.player, grant=Grant(**facts), grant_ref=ref, actor=CLIENT, now=house.now)


def grant_spins(house: House, count: int = 2, *, ref: str = "s1", **terms: Any) -> Bonus:
    """Free spins of 1.00 in the game "book"."""
    facts = {"kind": "freespins", "spins": count, "spin_minor": 100, "game": "book", "wager_times": 0, **terms}
    return grant(house, 0, ref=ref, **facts)


def call(house: House, amount_minor: int, ref: str, *, game: str = "", **changes: Any) -> RoundCall:
    facts = {"player": house.player, "round_id": "r1", "currency": "EUR", "client_id": CLIENT.id, **changes}
    return RoundCall(amount_minor=amount_minor, txn_ref=ref, meta={"game": game} if game else None, **facts)


def debit(house: House, amount_minor: int, ref: str = "d1", **changes: Any) -> Moved:
    return debit_round(call(house, amount_minor, ref, **changes), actor=CLIENT, now=house.now)


def credit(house: House, amount_minor: int, ref: str = "c1", **changes: Any) -> Moved:
    return credit_round(call(house, amount_minor, ref, **changes), actor=CLIENT, now=house.now)


def rollback(house: House, ref: str = "d1", **changes: Any) -> Moved:
    return rollback_round(call(house, 0, ref, **changes), actor=CLIENT, now=house.now)


def fresh(bonus: Bonus) -> Bonus:
    return Bonus.objects.get(pk=bonus.pk)


def purse(player: Player) -> tuple[int, int]:
    """(playable, bonus) of the wallet."""
    balance = wallet_view(player.public_id).get("EUR")
    return (balance.playable, balance.bonus) if balance else (0, 0)


def differences() -> dict[str, object]:
    """What the ledger's proofs find: {name of the check: its differences}, empty where all hold."""
    return {check.name: check.differences for check in prove_ledger().checks if not check.ok}
