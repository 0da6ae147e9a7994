"""Free spins: no stake is taken, a win is the promotion's cost and adds to the face (G4, POSTINGS.md 3.8)."""

from datetime import timedelta
from typing import Any

import pytest

from cashier.bonuses.endings import forfeit_bonus
from cashier.bonuses.refusals import BonusEnded, BonusTermOver, BonusUnknown, NoSpinLeft, SpinDiffers
from cashier.games.operations import Moved
from cashier.games.refusals import FreeSpinRound, RoundConflict
from cashier.models import Bonus
from tests.cashier.bonuses.acting import TERM, credit, debit, differences, fresh, grant_spins, purse, rollback
from tests.house import CLIENT, House, give, kinds, lines, make_player


def spin(house: House, bonus: Bonus, ref: str = "d1", *, amount_minor: int = 100, game: str = "book", **changes: Any) -> Moved:
    return debit(house, amount_minor, ref, game=game, bonus_id=bonus.pk, **changes)


@pytest.mark.spec("G4")
def test_a_win_is_cost_and_is_to_be_wagered(house: House) -> None:
    bonus = grant_spins(house, wager_times=3)

    spin(house, bonus)
    spin(house, bonus)
    won = credit(house, 700)

    assert kinds() == ["FREE_SPIN_WON"]
    assert lines("free_spin.won:") == [("bonus_cost", 700), ("bonus", -700)]
    assert (won.playable_minor, won.bonus_minor) == (0, 700)
    now = fresh(bonus)
    assert (now.spins_left, now.face_minor, now.required_minor, now.state) == (1, 700, 2_100, "ACTIVE")
    assert differences() == {}


@pytest.mark.spec("G4")
def test_wins_that_need_no_wagering_are_playable_after_the_last_spin(house: House) -> None:
    bonus = grant_spins(house)
    spin(house, bonus, "d1")
    credit(house, 300, "c1")
    assert purse(house.player) == (0, 300)

    spin(house, bonus, "d2", round_id="r2")
    credit(house, 0, "c2", round_id="r2")

    assert (purse(house.player), fresh(bonus).state) == ((300, 0), "CONVERTED")
    assert lines("bonus.converted:") == [("bonus", 300), ("playable", -300)]


@pytest.mark.spec("G4")
def test_a_spin_is_given_back_by_a_rollback(house: House) -> None:
    bonus = grant_spins(house)
    spin(house, bonus)

    rollback(house)

    assert (fresh(bonus).spins_used, kinds()) == (0, [])


@pytest.mark.spec("G4")
def test_a_win_after_the_end_costs_nothing(house: House) -> None:
    bonus = grant_spins(house)
    spin(house, bonus)
    forfeit_bonus(bonus_id=bonus.pk, reason="terms", actor=CLIENT, now=house.now)

    credit(house, 400)

    assert lines("bonus.forfeited:") == [("bonus", 400), ("bonus_cost", -400)]
    assert purse(house.player) == (0, 0)
    assert differences() == {}


@pytest.mark.spec("G4")
@pytest.mark.parametrize(
    ("changes", "refusal"), [({"amount_minor": 99}, SpinDiffers), ({"game": "dice"}, SpinDiffers), ({"game": ""}, SpinDiffers)]
)
def test_a_spin_has_its_value_and_its_game(house: House, changes: dict[str, Any], refusal: type[Exception]) -> None:
    bonus = grant_spins(house)

    with pytest.raises(refusal):
        spin(house, bonus, **changes)
    assert fresh(bonus).spins_used == 0


@pytest.mark.spec("G4")
def test_no_more_spins_than_granted_none_after_the_end_none_of_others(house: House) -> None:
    bonus = grant_spins(house, 1)
    spin(house, bonus)
    with pytest.raises(NoSpinLeft):
        spin(house, bonus, "d2", round_id="r2")

    second = grant_spins(house, ref="s2")
    with pytest.raises(BonusUnknown):
        spin(house, second, "d3", round_id="r3", player=make_player(house.brand, "other", house.now))
    house.now += TERM + timedelta(seconds=1)
    with pytest.raises(BonusTermOver):
        spin(house, second, "d3", round_id="r3")
    forfeit_bonus(bonus_id=second.pk, reason="terms", actor=CLIENT, now=house.now)
    with pytest.raises(BonusEnded):
        spin(house, second, "d3", round_id="r3")


@pytest.mark.spec("G4")
def test_a_spin_has_a_round_of_its_own_and_its_reference_is_its_own(house: House) -> None:
    give(house, 1_000)
    bonus = grant_spins(house)
    spin(house, bonus)
    with pytest.raises(FreeSpinRound):
        debit(house, 100, "d2")
    with pytest.raises(FreeSpinRound):
        spin(house, bonus, "d3")
    with pytest.raises(RoundConflict):
        spin(house, grant_spins(house, ref="s2"))

    debit(house, 100, "d4", round_id="r2")
    with pytest.raises(FreeSpinRound):
        spin(house, bonus, "d5", round_id="r2")
    with pytest.raises(RoundConflict):
        spin(house, bonus, "d4", round_id="r2")
