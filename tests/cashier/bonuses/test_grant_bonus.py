"""Granting: what is posted, what is fixed, what is refused (G4)."""

from datetime import timedelta
from typing import Any

import pytest

from cashier.bonuses.refusals import BonusNotForPlayer, BonusTermsWrong, GrantReused
from cashier.models import Bonus, Player
from ledger.models import JournalTransaction, Transition
from ledger.transitions import move
from tests.cashier.bonuses.acting import TERM, grant, grant_spins, purse
from tests.house import TESTER, House, kinds, lines


@pytest.mark.spec("G4")
def test_an_amount_is_granted_with_its_terms_and_history(house: House) -> None:
    bonus = grant(house, 2_000, wager_times=30, max_bet_minor=500)

    assert purse(house.player) == (0, 2_000)
    assert (bonus.state, bonus.face_minor, bonus.required_minor, bonus.remaining_minor) == ("ACTIVE", 2_000, 60_000, 60_000)
    assert bonus.expires_at == house.now + TERM
    assert list(Transition.objects.filter(target_id=bonus.pk).values_list("event", "to_state")) == [("bonus.granted", "ACTIVE")]
    assert bonus.history.count() == 1
    assert JournalTransaction.objects.get(kind="BONUS_GRANTED").posting_key == f"bonus.granted:{bonus.public_id}"


@pytest.mark.spec("G4")
@pytest.mark.parametrize("terms", [{"wager_times": 0}, {"kind": "cashback", "wager_times": 0}], ids=["cash", "cashback"])
def test_cash_goes_to_playable_at_once(house: House, terms: dict[str, Any]) -> None:
    bonus = grant(house, 1_500, **terms)

    assert lines("bonus.paid:") == [("bonus_cost", 1_500), ("playable", -1_500)]
    assert (purse(house.player), bonus.state, bonus.ended_at) == ((1_500, 0), "PAID", house.now)


@pytest.mark.spec("G4", "L3")
def test_the_same_reference_is_the_same_bonus_and_never_another(house: House) -> None:
    assert grant(house).pk == grant(house).pk
    assert kinds() == ["BONUS_GRANTED"]
    with pytest.raises(GrantReused):
        grant_spins(house, ref="g1")
    with pytest.raises(GrantReused):
        grant(house, 777)


@pytest.mark.spec("G4")
@pytest.mark.parametrize(
    ("amount", "terms", "field"),
    [
        (0, {}, "amount"),
        (100, {"kind": "gift"}, "type"),
        (100, {"kind": "freespins", "spins": 5, "spin_minor": 10}, "amount"),
        (0, {"kind": "freespins", "spins": 0, "spin_minor": 10}, "freespins"),
        (0, {"kind": "freespins", "spins": 5}, "freespins"),
        (100, {"spins": 5, "spin_minor": 10}, "freespins"),
        (100, {"kind": "cashback", "wager_times": 1}, "wager"),
        (100, {"wager_times": -1}, "wager"),
        (100, {"cap_minor": 0}, "max_conversion"),
        (100, {"max_bet_minor": 0}, "max_bet"),
        (100, {"contribution": {"slots": 101}}, "contribution"),
        (100, {"term": timedelta(0)}, "term_days"),
    ],
)
def test_terms_that_contradict_each_other_are_refused_by_name(house: House, amount: int, terms: dict[str, Any], field: str) -> None:
    with pytest.raises(BonusTermsWrong) as refusal:
        grant(house, amount, **terms)

    assert refusal.value.details["field"] == field
    assert (Bonus.objects.count(), kinds()) == (0, [])


@pytest.mark.spec("G4")
@pytest.mark.parametrize("transition", ["self_exclude", "block", "close"])
def test_only_an_active_player_gets_a_bonus(house: House, transition: str) -> None:
    move(Player.objects.get(pk=house.player.pk), transition, actor=TESTER, now=house.now)

    with pytest.raises(BonusNotForPlayer):
        grant(house)
    assert kinds() == []
