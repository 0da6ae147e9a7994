"""Expiry, forfeiture, and rounds that were open then (G4)."""

from datetime import timedelta

import pytest
from django.db import connection

from cashier.bonuses.endings import convert_bonus, expire_bonus, forfeit_bonus, forfeit_of_deposit
from cashier.bonuses.refusals import BonusEnded
from cashier.bonuses.sweep import REST, sweep_bonuses
from cashier.models import Bonus, Player
from cashier.operations import return_deposit
from cashier.operations.players import PlayerFacts, change_player
from cashier.proofs import bonus_is_named
from disputes.operations import open_dispute
from ledger.models import Transition
from ledger.transitions import move
from tests.cashier.bonuses.acting import TERM, credit, debit, differences, fresh, grant, grant_spins, purse, rollback
from tests.disputes.telling import by, notice
from tests.house import CLIENT, TESTER, House, book, give, kinds, lines, make_capture


def forfeit(house: House, bonus: Bonus) -> Bonus:
    return forfeit_bonus(bonus_id=bonus.pk, reason="asked", actor=CLIENT, now=house.now)


@pytest.mark.spec("G4")
def test_the_sweep_expires_what_is_over_once(house: House) -> None:
    bonus, other = grant(house, 2_000), grant(house, 500, ref="g2", term=2 * TERM)
    expire_bonus(bonus_id=bonus.pk, actor=TESTER, now=house.now)
    assert fresh(bonus).state == "ACTIVE"

    done = sweep_bonuses(now=house.now + TERM)
    again = sweep_bonuses(now=house.now + TERM)

    assert (done["expired"], again["expired"]) == (1, 0)
    assert lines("bonus.expired:") == [("bonus", 2_000), ("bonus_cost", -2_000)]
    assert (fresh(bonus).state, fresh(other).state, purse(house.player)) == ("EXPIRED", "ACTIVE", (0, 500))
    assert Transition.objects.filter(target_id=bonus.pk, event="bonus.expired").count() == 1


@pytest.mark.spec("G4")
def test_expiry_mid_round_takes_the_bonus_part_of_the_win_and_leaves_the_cash(house: House) -> None:
    give(house, 500)
    bonus = grant(house, 2_000, wager_times=30)
    debit(house, 1_000)
    house.now += TERM
    expire_bonus(bonus_id=bonus.pk, actor=TESTER, now=house.now)

    credit(house, 4_000)

    # 1,500 came back at expiry; of the 2,000 won by bonus money 500 is the rest of the face, 1,500 is play result.
    assert lines("bonus.expired:") == [
        ("bonus", 1_500), ("bonus_cost", -1_500), ("bonus", 2_000), ("bonus_cost", -500), ("gaming", -1_500),
    ]  # fmt: skip
    assert purse(house.player) == (2_000, 0)
    assert (fresh(bonus).state, fresh(bonus).returned_minor) == ("EXPIRED", 2_000)
    assert differences() == {}


@pytest.mark.spec("G4")
def test_a_stake_rolled_back_after_the_end_follows_it(house: House) -> None:
    bonus = grant(house, 2_000, wager_times=30)
    debit(house, 1_200)
    forfeit(house, bonus)

    rollback(house)

    assert lines("round.rolled_back:") == [("gaming", 1_200), ("bonus", -1_200)]
    assert lines("bonus.forfeited:") == [("bonus", 800), ("bonus_cost", -800), ("bonus", 1_200), ("bonus_cost", -1_200)]
    assert purse(house.player) == (0, 0)
    assert differences() == {}


@pytest.mark.spec("G4")
def test_a_win_after_conversion_is_converted_up_to_what_the_cap_leaves(house: House) -> None:
    bonus = grant(house, 2_000, cap_minor=2_500)
    debit(house, 500, "d1", round_id="r1")
    debit(house, 1_500, "d2", round_id="r2")
    credit(house, 1_800, "c2", round_id="r2")
    assert (fresh(bonus).state, purse(house.player)) == ("CONVERTED", (1_800, 0))

    credit(house, 1_000, "c1", round_id="r1")

    assert lines("bonus.converted:")[2:] == [("bonus", 1_000), ("playable", -700), ("gaming", -300)]
    assert (purse(house.player), fresh(bonus).converted_minor) == ((2_500, 0), 2_500)
    assert differences() == {}


@pytest.mark.spec("G4")
def test_a_bonus_ends_once(house: House) -> None:
    bonus = forfeit(house, grant(house))

    with pytest.raises(BonusEnded):
        forfeit(house, bonus)
    with pytest.raises(BonusEnded):
        convert_bonus(bonus_id=bonus.pk, actor=CLIENT, now=house.now)
    assert kinds() == ["BONUS_GRANTED", "BONUS_FORFEITED"]


@pytest.mark.spec("G4", "K5")
@pytest.mark.parametrize(
    ("status", "state"),
    [("SELF_EXCLUDED", "FORFEITED"), ("CLOSED", "FORFEITED"), ("BLOCKED", "ACTIVE")],
    ids=["excluded", "closed", "blocked"],
)
def test_self_exclusion_and_leaving_forfeit_everything(house: House, status: str, state: str) -> None:
    bonus, spins = grant(house), grant_spins(house)

    change_player(player_id=house.player.pk, facts=PlayerFacts(status=status), actor=CLIENT, now=house.now)

    assert (fresh(bonus).state, fresh(spins).state) == (state, state)


@pytest.mark.spec("G4")
def test_the_sweep_converts_what_a_round_without_win_wagered_and_takes_from_leavers(house: House) -> None:
    bonus = grant(house, 1_000)
    debit(house, 400, "d1")
    credit(house, 400, "c1")
    debit(house, 600, "d2", round_id="r2")
    assert sweep_bonuses(now=house.now) == {"expired": 0, "converted": 0, "forfeited": 0}
    assert sweep_bonuses(now=house.now + REST)["converted"] == 1
    assert (fresh(bonus).state, purse(house.player)) == ("CONVERTED", (400, 0))

    left = grant(house, 300, ref="g2")
    move(Player.objects.get(pk=house.player.pk), "self_exclude", actor=TESTER, now=house.now)
    assert sweep_bonuses(now=house.now + timedelta(seconds=1))["forfeited"] == 1
    assert fresh(left).state == "FORFEITED"


@pytest.mark.spec("G4", "X5")
def test_a_deposit_charged_back_or_returned_forfeits_the_bonus_that_it_earned(house: House) -> None:
    capture, other = make_capture(house), make_capture(house, psp_ref="cap_2")
    for row in (capture, other):
        book(house, [("clearing", house.account.public_id, 10_000), ("playable", house.player.public_id, -10_000)], ref=row.public_id)
    earned = [grant(house, 1_000, ref=row.public_id, deposit_ref=row.intent.public_id) for row in (capture, other)]
    kept = grant(house, 300, ref="g3")

    open_dispute(notice(house, capture), **by(house))
    assert [fresh(bonus).state for bonus in earned] == ["FORFEITED", "ACTIVE"]
    return_deposit(capture_id=other.pk, return_ref="ret_1", occurred_at=house.now, actor=TESTER, now=house.now)

    assert [fresh(bonus).state for bonus in (*earned, kept)] == ["FORFEITED", "FORFEITED", "ACTIVE"]
    assert lines("bonus.forfeited:") == [("bonus", 1_000), ("bonus_cost", -1_000)] * 2
    assert forfeit_of_deposit(deposit_ref=other.intent.public_id, reason="again", actor=TESTER, now=house.now) == []


@pytest.mark.spec("L10", "G4")
def test_a_bonus_that_the_books_know_otherwise_is_named(house: House) -> None:
    bonus = grant(house)
    assert bonus_is_named().ok

    give(house, 5, kind="bonus")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cashier_bonus SET balance_minor = balance_minor - 1")

    assert list(bonus_is_named().differences) == [
        {"bonus": "", "booked_minor": 5, "expected_minor": 0},
        {"bonus": bonus.public_id, "booked_minor": 2_000, "expected_minor": 1_999},
    ]
