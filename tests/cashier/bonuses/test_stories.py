"""Stories 24 and 25 of POSTINGS.md through the operations: the splits that they decide are those of the stories (G4, L8)."""

import pytest

from cashier.bonuses.endings import forfeit_bonus
from tests.cashier.bonuses.acting import credit, debit, differences, fresh, grant, purse, rollback
from tests.house import CLIENT, House, give, kinds, lines


@pytest.mark.spec("G4", "L8")
def test_story_24_cash_first_rolled_back_then_forfeited_above_its_face(house: House) -> None:
    give(house, 500)
    bonus = grant(house, 2_000, wager_times=10)

    debit(house, 800)
    assert purse(house.player) == (0, 1_700)
    rollback(house)
    assert purse(house.player) == (500, 2_000)
    house.player.brand.bonus_first = True  # the story's second stake is of bonus alone
    debit(house, 1_000, "d2", round_id="r2")
    credit(house, 6_000, "c2", round_id="r2")
    forfeit_bonus(bonus_id=bonus.pk, reason="terms", actor=CLIENT, now=house.now)

    assert lines("bonus.granted:") == [("bonus_cost", 2_000), ("bonus", -2_000)]
    assert lines("round.rolled_back:") == [("gaming", 800), ("playable", -500), ("bonus", -300)]
    assert lines("round.debited:") == [("playable", 500), ("bonus", 300), ("gaming", -800), ("bonus", 1_000), ("gaming", -1_000)]
    assert lines("round.credited:") == [("gaming", 6_000), ("bonus", -6_000)]
    assert lines("bonus.forfeited:") == [("bonus", 7_000), ("bonus_cost", -2_000), ("gaming", -5_000)]
    assert purse(house.player) == (500, 0)
    assert differences() == {}


@pytest.mark.spec("G4", "L8")
def test_story_25_wagered_and_converted_with_a_cap(house: House) -> None:
    bonus = grant(house, 2_000, cap_minor=5_000)

    debit(house, 2_000)
    after = credit(house, 9_000)

    assert kinds() == ["BONUS_GRANTED", "ROUND_DEBITED", "ROUND_CREDITED", "BONUS_CONVERTED"]
    assert lines("bonus.converted:") == [("bonus", 9_000), ("playable", -5_000), ("gaming", -4_000)]
    assert (after.playable_minor, after.bonus_minor) == purse(house.player) == (5_000, 0)
    ended = fresh(bonus)
    assert (ended.state, ended.converted_minor, ended.returned_minor, ended.ended_at) == ("CONVERTED", 5_000, 0, house.now)
    assert differences() == {}
