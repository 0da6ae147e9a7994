"""Any sequence of grants, stakes, wins, rollbacks and endings keeps the books whole and no wallet below zero (G4, L1, L6, L10)."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cashier.bonuses.endings import convert_bonus, expire_bonus, forfeit_bonus
from cashier.models import Bonus
from ledger.errors import InsufficientFunds
from ledger.proofs import replay_journal
from ledger.refusals import Refused
from tests.cashier.bonuses.acting import credit, debit, differences, grant, grant_spins, rollback
from tests.house import CLIENT, House, give, make_player

pytestmark = pytest.mark.whole

_numbers = itertools.count()
ROUNDS = st.sampled_from(["r1", "r2", "r3"])
AMOUNTS = st.integers(1, 3_000)
TERMS = st.fixed_dictionaries(
    {
        "wager_times": st.integers(0, 2),
        "cap_minor": st.sampled_from([None, 500, 2_000]),
        "max_bet_minor": st.sampled_from([None, 800]),
        "contribution": st.sampled_from([{}, {"slots": 30}]),
        "term": st.integers(1, 4).map(lambda hours: timedelta(hours=hours)),
    }
)
ACTS = st.one_of(
    st.tuples(st.just("grant"), AMOUNTS, TERMS),
    st.tuples(st.just("spins"), st.integers(1, 3), st.integers(0, 2)),
    st.tuples(st.just("debit"), AMOUNTS, ROUNDS),
    st.tuples(st.just("spin"), st.just(100), ROUNDS),
    st.tuples(st.just("credit"), st.integers(0, 5_000), ROUNDS),
    st.tuples(st.just("rollback"), st.integers(0, 12), ROUNDS),
    st.tuples(st.sampled_from(["convert", "expire", "forfeit"]), st.integers(0, 4), st.none()),
    st.tuples(st.just("wait"), st.integers(1, 2), st.none()),
)


def act(house: House, number: int, name: str, first: int, second: Any) -> None:
    """One act; what it refuses changes nothing. References are numbered, so that a rollback finds any earlier stake."""
    bonuses = list(Bonus.objects.filter(player=house.player).order_by("pk"))
    chosen = bonuses[first % len(bonuses)] if bonuses else None
    if name == "grant":
        grant(house, first, ref=f"{house.player.public_id}:{number}", **second)
    elif name == "spins":
        grant_spins(house, first, ref=f"{house.player.public_id}:{number}", wager_times=second)
    elif name == "debit":
        debit(house, first, f"{house.player.pk}:{number}", round_id=f"{house.player.pk}:{second}", game="slots")
    elif name == "spin":
        for bonus in [row for row in bonuses if row.spins_left][:1]:
            debit(house, first, f"{house.player.pk}:{number}", round_id=f"{house.player.pk}:{second}", game="book", bonus_id=bonus.pk)
    elif name == "credit":
        credit(house, first, f"{house.player.pk}:{number}", round_id=f"{house.player.pk}:{second}")
    elif name == "rollback":
        rollback(house, f"{house.player.pk}:{first}", round_id=f"{house.player.pk}:{second}")
    elif name == "wait":
        house.now += timedelta(hours=first)
    elif chosen is not None:
        end(house, name, chosen)


def end(house: House, name: str, bonus: Bonus) -> None:
    if name == "convert":
        convert_bonus(bonus_id=bonus.pk, actor=CLIENT, now=house.now)
    elif name == "expire":
        expire_bonus(bonus_id=bonus.pk, actor=CLIENT, now=house.now)
    else:
        forfeit_bonus(bonus_id=bonus.pk, reason="any", actor=CLIENT, now=house.now)


@pytest.mark.spec("G4", "L1", "L6", "L10")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(ACTS, min_size=3, max_size=14), cash=st.integers(1, 2_000))
def test_any_sequence_keeps_the_proofs(house: House, acts: list[tuple[str, int, Any]], cash: int) -> None:
    # Each example has a player of its own; the books of all examples stay, and are proved together.
    house.player = make_player(house.brand, f"any-{next(_numbers)}", house.now)
    give(house, cash)
    for number, (name, first, second) in enumerate(acts):
        try:
            act(house, number, name, first, second)
        except (Refused, InsufficientFunds):
            continue

    assert differences() == {}
    assert replay_journal().ok
    for bonus in Bonus.objects.filter(player=house.player):
        assert bonus.balance_minor >= 0
        assert bonus.converted_minor + bonus.returned_minor <= max(bonus.face_minor, bonus.converted_minor)
        assert bonus.cap_minor is None or bonus.state == "PAID" or bonus.converted_minor <= bonus.cap_minor
        assert 0 <= bonus.wagered_minor <= bonus.required_minor
