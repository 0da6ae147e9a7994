"""What an answer means, and how a fee is parted: pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashier.decisions import Step, fee_of, fee_share, step_for
from cashier.models.deposits import ENDED_STATES
from cashier.psp.base import Outcome


@pytest.mark.spec("C2")
@pytest.mark.parametrize(
    ("state", "outcome", "step"),
    [
        ("INITIATED", Outcome.APPROVED, Step.AUTHORIZE),
        ("ACTION_REQUIRED", Outcome.APPROVED, Step.AUTHORIZE),
        ("AUTHORIZED", Outcome.APPROVED, Step.RECORD),
        ("CAPTURED", Outcome.APPROVED, Step.RECORD),
        ("EXPIRED", Outcome.APPROVED, Step.GIVE_BACK),
        ("CANCELED", Outcome.ACTION_REQUIRED, Step.GIVE_BACK),
        ("AUTHORIZED", Outcome.PENDING, Step.PEND),
        ("PENDING", Outcome.ACTION_REQUIRED, Step.RECORD),
        ("PENDING", Outcome.DECLINED, Step.FAIL),
        ("CAPTURED", Outcome.DECLINED, Step.RECORD),
        ("FAILED", Outcome.DECLINED, Step.RECORD),
    ],
)
def test_the_step_that_follows(state: str, outcome: Outcome, step: Step) -> None:
    assert step_for(state, outcome) is step


@pytest.mark.parametrize("state", ["INITIATED", "CAPTURED", *ENDED_STATES])
def test_money_is_looked_at_in_every_state(state: str) -> None:
    assert step_for(state, Outcome.CAPTURED) is Step.CAPTURE


@pytest.mark.spec("C19")
def test_fees_are_half_even_and_exact() -> None:
    assert fee_of(5000, "EUR", None).gross_minor == 5000
    assert fee_of(5000, "EUR", {"model": "player_on_top", "percent": "2.5", "fixed_minor": 10}).gross_minor == 5135
    assert fee_of(50, "EUR", {"model": "player_taken_off", "percent": "1", "fixed_minor": 0}).fee_minor == 0  # 0.5 goes to the even unit
    assert fee_of(150, "EUR", {"model": "player_taken_off", "percent": "1", "fixed_minor": 0}).fee_minor == 2


@pytest.mark.spec("C19")
@pytest.mark.parametrize(("currency", "gross"), [("EUR", 5125), ("SEK", 5350), ("JPY", 5100)])
def test_a_fixed_fee_is_of_its_currency(currency: str, gross: int) -> None:
    rule: dict[str, object] = {"model": "player_on_top", "percent": "2", "fixed_minor": {"EUR": 25, "SEK": 250}}
    assert fee_of(5000, currency, rule).gross_minor == gross


@given(fee=st.integers(0, 10_000), parts=st.lists(st.integers(1, 10_000), min_size=1, max_size=8))
def test_shares_of_a_fee_sum_to_the_fee(fee: int, parts: list[int]) -> None:
    gross, before, shares = sum(parts), 0, []
    for part in parts:
        shares.append(fee_share(fee_minor=fee, gross_minor=gross, before_minor=before, amount_minor=part))
        before += part

    assert sum(shares) == fee
    assert min(shares) >= 0
