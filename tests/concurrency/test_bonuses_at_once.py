"""Stakes of the last bonus unit, a grant asked twice, an end against a stake: in real threads on real connections (G4, L6)."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from cashier.bonuses.endings import expire_bonus, forfeit_bonus
from cashier.games.operations import Moved
from cashier.models import Bonus, BonusMove, Player
from cashier.operations.players import PlayerFacts, change_player
from ledger.errors import InsufficientFunds
from tests.cashier.bonuses.acting import TERM, credit, debit, fresh, grant, purse
from tests.concurrency.threads import at_once
from tests.house import CLIENT, House, kinds, make_house


@pytest.fixture
def house(committed_db: Any, now: datetime) -> House:
    return make_house(now)


@pytest.mark.spec("G4", "L6")
def test_stakes_of_the_last_bonus_unit(house: House) -> None:
    bonus = grant(house, 1_000, wager_times=10)

    answers = at_once([partial(debit, house, 1_000, f"d{number}", round_id=f"r{number}") for number in range(6)])

    assert sum(isinstance(answer, Moved) for answer in answers) == 1
    assert sum(isinstance(answer, InsufficientFunds) for answer in answers) == 5
    assert (purse(house.player), fresh(bonus).balance_minor, fresh(bonus).wagered_minor) == ((0, 0), 0, 1_000)
    assert (kinds(), BonusMove.objects.count()) == (["BONUS_GRANTED", "ROUND_DEBITED"], 1)


@pytest.mark.spec("G4", "L3")
def test_a_grant_asked_many_times_is_one(house: House) -> None:
    answers = at_once([partial(grant, house, 500) for _ in range(5)])

    assert {answer.pk for answer in answers if isinstance(answer, Bonus)} == {Bonus.objects.get().pk}
    assert (kinds(), purse(house.player)) == (["BONUS_GRANTED"], (0, 500))


@pytest.mark.spec("G4")
def test_wins_against_the_end_of_the_bonus_leave_nothing_behind(house: House) -> None:
    bonus = grant(house, 2_000, wager_times=10)
    for number in range(4):
        debit(house, 400, f"d{number}", round_id=f"r{number}")
    wins: list[Callable[[], Any]] = [partial(credit, house, 900, f"c{number}", round_id=f"r{number}") for number in range(4)]
    ends: list[Callable[[], Any]] = [
        partial(forfeit_bonus, bonus_id=bonus.pk, reason="terms", actor=CLIENT, now=house.now),
        partial(expire_bonus, bonus_id=bonus.pk, actor=CLIENT, now=house.now + TERM),
    ]

    at_once([*wins[:2], *ends, *wins[2:]])

    ended = fresh(bonus)
    assert ended.state in ("FORFEITED", "EXPIRED")
    assert (purse(house.player), ended.balance_minor, ended.returned_minor) == ((0, 0), 0, 2_000)
    assert kinds().count("ROUND_CREDITED") == 4


@pytest.mark.spec("G4", "K5")
def test_self_exclusion_against_stakes_does_not_deadlock(house: House) -> None:
    bonus = grant(house, 5_000, wager_times=10)
    leave: Callable[[], Any] = partial(
        change_player, player_id=house.player.pk, facts=PlayerFacts(status="SELF_EXCLUDED"), actor=CLIENT, now=house.now
    )

    stakes: list[Callable[[], Any]] = [partial(debit, house, 100, f"d{number}", round_id=f"r{number}") for number in range(5)]

    answers = at_once([*stakes, leave])

    assert isinstance(answers[-1], Player)
    assert fresh(bonus).state == "FORFEITED"
    assert purse(house.player) == (0, 0)
