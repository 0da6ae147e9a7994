"""Wagering and the limits of a stake: contribution, highest bet, prohibited games, order of bonuses (G4)."""

from datetime import timedelta
from typing import Any

import pytest

from cashier.bonuses.endings import convert_bonus
from cashier.bonuses.refusals import (
    AboveMaxBet,
    BonusEnded,
    BonusNotConvertible,
    BonusNotWagered,
    BonusTermOver,
    GameNotNamed,
    GameProhibited,
)
from cashier.models import BonusMove, Player, RoundMove
from ledger.errors import InsufficientFunds
from ledger.transitions import move
from tests.cashier.bonuses.acting import TERM, credit, debit, fresh, grant, purse, rollback
from tests.house import CLIENT, TESTER, House, give, kinds, lines

TABLE = {"slots": 100, "roulette": 10, "poker": 0, "*": 50}


@pytest.mark.spec("G4")
@pytest.mark.parametrize(("game", "counted"), [("slots", 999), ("roulette", 99), ("poker", 0), ("bingo", 499), ("", 499)])
def test_a_stake_counts_by_the_table_of_its_games(house: House, game: str, counted: int) -> None:
    give(house, 1_000)
    bonus = grant(house, wager_times=30, contribution=TABLE)

    debit(house, 999, game=game)

    assert fresh(bonus).wagered_minor == counted


@pytest.mark.spec("G4")
def test_without_a_table_every_game_counts_whole_and_never_above_what_remains(house: House) -> None:
    give(house, 5_000)
    bonus = grant(house, 2_000, wager_times=2)

    debit(house, 3_000)
    debit(house, 2_000, "d2")

    assert (fresh(bonus).wagered_minor, fresh(bonus).remaining_minor) == (4_000, 0)


@pytest.mark.spec("G4")
@pytest.mark.parametrize(
    ("terms", "game", "refusal"),
    [
        ({"max_bet_minor": 599}, "", AboveMaxBet),
        ({"prohibited_games": ("poker",)}, "poker", GameProhibited),
        ({"prohibited_games": ("poker",)}, "", GameNotNamed),
        ({"term": timedelta(microseconds=1)}, "", BonusTermOver),
    ],
    ids=["max bet", "prohibited", "not named", "term over"],
)
def test_a_stake_that_needs_bonus_money_keeps_its_terms(house: House, terms: dict[str, Any], game: str, refusal: type[Exception]) -> None:
    give(house, 500)
    bonus = grant(house, wager_times=30, **terms)
    house.now += timedelta(seconds=1)

    with pytest.raises(refusal):
        debit(house, 600, game=game)

    assert (purse(house.player), fresh(bonus).wagered_minor) == ((500, 2_000), 0)
    assert (kinds(), RoundMove.objects.count(), BonusMove.objects.count()) == (["BONUS_GRANTED"], 0, 0)


@pytest.mark.spec("G4")
def test_cash_alone_is_the_players_own_and_counts_only_within_the_terms(house: House) -> None:
    give(house, 2_000)
    bonus = grant(house, wager_times=30, max_bet_minor=500, prohibited_games=("poker",))

    debit(house, 501, "d1", game="slots")
    debit(house, 100, "d2", game="poker")
    debit(house, 300, "d3", game="slots")

    assert (purse(house.player), fresh(bonus).wagered_minor) == ((1_099, 2_000), 300)


@pytest.mark.spec("G4", "L6")
def test_more_than_cash_and_bonus_hold_is_missing_money_not_a_breach_of_terms(house: House) -> None:
    give(house, 500)
    grant(house, 2_000, max_bet_minor=100)

    with pytest.raises(InsufficientFunds):
        debit(house, 2_501)


@pytest.mark.spec("G4")
def test_the_oldest_bonus_is_staked_and_wagered_first_and_wins_follow_the_stakes(house: House) -> None:
    give(house, 100)
    first, second = grant(house, 200, wager_times=5), grant(house, 1_000, ref="g2", wager_times=5)

    debit(house, 600)
    credit(house, 1_201)

    assert lines("round.debited:") == [("playable", 100), ("bonus", 200), ("bonus", 300), ("gaming", -600)]
    # 1,201 by 100 : 200 : 300; the odd unit goes to cash.
    assert purse(house.player) == (201, 400 + 700 + 600)
    assert (fresh(first).balance_minor, fresh(second).balance_minor) == (400, 700 + 600)
    assert (fresh(first).wagered_minor, fresh(second).wagered_minor) == (600, 0)


@pytest.mark.spec("G4")
def test_a_bonus_whose_terms_forbid_the_stake_is_passed_over(house: House) -> None:
    strict, free = grant(house, 1_000, max_bet_minor=100), grant(house, 1_000, ref="g2", wager_times=3)

    debit(house, 800)

    assert (fresh(strict).balance_minor, fresh(free).balance_minor) == (1_000, 200)
    assert (fresh(strict).wagered_minor, fresh(free).wagered_minor) == (0, 800)


@pytest.mark.spec("G4")
def test_a_rollback_gives_back_the_very_bonus_and_what_was_counted(house: House) -> None:
    bonus = grant(house, 2_000, wager_times=5)
    debit(house, 1_500)

    rollback(house)
    rollback(house)

    assert (fresh(bonus).balance_minor, fresh(bonus).wagered_minor) == (2_000, 0)
    assert kinds() == ["BONUS_GRANTED", "ROUND_DEBITED", "ROUND_ROLLED_BACK"]


@pytest.mark.spec("G4")
def test_converting_waits_for_the_wager_and_for_a_player_who_may_be_credited(house: House) -> None:
    bonus = grant(house, 2_000)
    by: dict[str, Any] = {"bonus_id": bonus.pk, "actor": CLIENT, "now": house.now}
    with pytest.raises(BonusNotWagered) as refusal:
        convert_bonus(**by)
    assert refusal.value.details == {"remaining_minor": 2_000, "spins_left": 0}

    debit(house, 1_000)
    credit(house, 1_000)
    player = Player.objects.get(pk=house.player.pk)
    debit(house, 1_000, "d2", round_id="r2")
    move(player, "block", actor=TESTER, now=house.now)
    credit(house, 500, "c2", round_id="r2")
    with pytest.raises(BonusNotConvertible):
        convert_bonus(**by)
    move(player, "activate", actor=TESTER, now=house.now)
    convert_bonus(**by)

    assert (purse(house.player), fresh(bonus).state) == ((1_500, 0), "CONVERTED")
    with pytest.raises(BonusEnded):
        convert_bonus(**by)


@pytest.mark.spec("G4")
def test_after_its_term_a_wagered_bonus_is_not_converted(house: House) -> None:
    bonus = grant(house, 2_000)
    debit(house, 2_000)
    house.now += TERM
    credit(house, 3_000)

    with pytest.raises(BonusEnded):
        convert_bonus(bonus_id=bonus.pk, actor=CLIENT, now=house.now)
    assert (purse(house.player), fresh(bonus).state) == ((0, 3_000), "ACTIVE")
