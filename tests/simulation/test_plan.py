"""A day's plan is the seed's, and holds what its faults need."""

import pytest

from config.simulation.plan import ALWAYS, SEGMENTS, PlannedDeposit, plan_day

pytestmark = pytest.mark.spec("Z2")


def plan(
    *, deposits: int = 400, seed: int = 7, faults: str = "default", accounts: int = 2, peak: bool = False, codes: tuple[str, ...] = ()
) -> list[PlannedDeposit]:
    units = {"EUR": 100, "SEK": 1100}
    return plan_day(
        deposits=deposits, seed=seed, faults=faults, accounts=accounts, currencies=("EUR", "SEK"), units=units, peak=peak, codes=codes
    )


def test_the_same_seed_gives_the_same_day_and_another_seed_another() -> None:
    assert plan() == plan()
    assert plan() != plan(seed=8)


def test_a_calm_day_asks_the_psp_for_nothing_strange() -> None:
    tokens = {deposit.token for deposit in plan(faults="none")}
    assert not {token for token in tokens if "." in token or "timeout" in token or "error" in token or "hold" in token}
    assert {deposit.payout_token for deposit in plan(faults="none")} == {"approve"}


def test_the_smallest_faulty_day_holds_what_each_fault_befalls() -> None:
    small = {deposit.number: deposit for deposit in plan(deposits=20)}
    assert sum(deposit.token == "pending_hold" for deposit in small.values()) >= 2
    assert sum(deposit.payout_token == "approve.payout_pending" and deposit.follow_up == "payout" for deposit in small.values()) >= 2
    assert any(deposit.payout_token == "approve.payout_fail" for deposit in small.values())
    assert any(deposit.token == "approve.refund_fail" and deposit.follow_up == "refund" for deposit in small.values())
    assert all(number in small for number in ALWAYS if number < 20)


def test_what_waits_for_ever_is_on_a_day_only_where_it_is_wanted() -> None:
    assert not [deposit for deposit in plan(deposits=20) if deposit.token == "pending_forever"]
    wanted = plan(deposits=20, codes=("ABNORMAL_PENDING",))
    assert [deposit.number for deposit in wanted if deposit.token == "pending_forever"] == [6]


def test_segments_follow_each_other_and_a_peak_is_one_of_them() -> None:
    segments = [deposit.segment for deposit in plan(peak=True)]
    assert segments == sorted(segments)
    assert set(segments) <= set(range(SEGMENTS))
    assert segments.count(SEGMENTS // 2) > 3 * segments.count(0)


def test_amounts_are_positive_minor_units_and_every_account_and_currency_is_used() -> None:
    deposits = plan()
    assert all(deposit.amount_minor > 0 for deposit in deposits)
    assert {deposit.account for deposit in deposits} == {0, 1}
    assert {deposit.currency for deposit in deposits} == {"EUR", "SEK"}
