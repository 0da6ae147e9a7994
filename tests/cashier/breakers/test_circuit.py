"""The circuit of an account (C9): the same rules in Redis for all workers, and in one process where Redis is gone (C22)."""

from typing import Any, Protocol

import pytest

from cashier.breakers import shared
from cashier.breakers.alone import Alone
from cashier.breakers.values import Admission, Cause, Change, Circuit, Limits, Pass, Turned
from cashier.models import BreakerState

LIMITS = Limits(
    window_seconds=60,
    min_calls=4,
    failure_percent=50,
    open_seconds=10,
    probes=2,
    probe_seconds=15,
    rate_per_second=1000,
    rate_burst=1000,
    lookups_per_minute=60,
)
NOW = 1_795_000_000.0


class Keeper(Protocol):
    def admit(self, account: str, limits: Limits, *, at: float) -> Admission: ...
    def report(self, passed: Pass, limits: Limits, *, is_answered: bool, at: float) -> Change | None: ...
    def take(self, kind: str, account: str, *, per_second: float, most: int, at: float) -> float: ...
    def circuit(self, account: str, limits: Limits, *, at: float) -> Circuit: ...


class Shared:
    """The keeper that all workers share."""

    admit = staticmethod(shared.admit)
    report = staticmethod(shared.report)
    take = staticmethod(shared.take)

    def circuit(self, account: str, limits: Limits, *, at: float) -> Circuit:
        return shared.circuits({account: limits}, at=at)[account]


@pytest.fixture(params=["redis", "alone"])
def keeper(request: pytest.FixtureRequest, redis: Any) -> Keeper:
    return Shared() if request.param == "redis" else Alone()


def call(keeper: Keeper, at: float, *, is_answered: bool) -> Change | None:
    admission = keeper.admit("ACC", LIMITS, at=at)
    assert admission.passed is not None
    return keeper.report(admission.passed, LIMITS, is_answered=is_answered, at=at)


def opened(keeper: Keeper, at: float) -> Change:
    """A circuit that has just opened."""
    changes = [call(keeper, at, is_answered=False) for _ in range(LIMITS.min_calls)]
    assert changes[:-1] == [None] * (LIMITS.min_calls - 1)
    assert changes[-1] is not None
    return changes[-1]


@pytest.mark.spec("C9", "C22")
def test_it_opens_where_half_of_the_windows_calls_bring_no_answer(keeper: Keeper) -> None:
    for moment in range(4):
        assert call(keeper, NOW + moment, is_answered=True) is None
    for moment in range(3):
        assert call(keeper, NOW + 4 + moment, is_answered=False) is None

    change = call(keeper, NOW + 7, is_answered=False)

    assert change is not None
    assert (change.from_state, change.to_state, change.cause) == (BreakerState.CLOSED, BreakerState.OPEN, Cause.FAILURES)
    assert (change.calls, change.failures, change.until) == (8, 4, NOW + 17)
    refused = keeper.admit("ACC", LIMITS, at=NOW + 8)
    assert (refused.passed, refused.turned, refused.until) == (None, Turned.CIRCUIT_OPEN, NOW + 17)
    assert keeper.admit("OTHER", LIMITS, at=NOW + 8).passed is not None
    assert not keeper.circuit("ACC", LIMITS, at=NOW + 8).takes_calls


@pytest.mark.spec("C9")
def test_few_calls_prove_nothing_and_old_ones_are_forgotten(keeper: Keeper) -> None:
    for _ in range(3):
        assert call(keeper, NOW, is_answered=False) is None

    # The three are out of the window when the fourth fails
    assert call(keeper, NOW + 61, is_answered=False) is None

    assert keeper.circuit("ACC", LIMITS, at=NOW + 61).state is BreakerState.CLOSED


@pytest.mark.spec("C9")
def test_after_its_time_a_few_probes_close_it(keeper: Keeper) -> None:
    opened(keeper, NOW)

    first, second = keeper.admit("ACC", LIMITS, at=NOW + 10), keeper.admit("ACC", LIMITS, at=NOW + 10)

    assert first.change is not None and first.change.to_state is BreakerState.HALF_OPEN
    assert second.change is None
    assert first.passed and second.passed
    assert keeper.admit("ACC", LIMITS, at=NOW + 10).turned is Turned.CIRCUIT_OPEN
    assert keeper.report(first.passed, LIMITS, is_answered=True, at=NOW + 11) is None
    closed = keeper.report(second.passed, LIMITS, is_answered=True, at=NOW + 11)
    assert closed is not None and closed.to_state is BreakerState.CLOSED
    assert keeper.admit("ACC", LIMITS, at=NOW + 11).passed


@pytest.mark.spec("C9")
def test_a_probe_without_an_answer_opens_it_for_twice_as_long(keeper: Keeper) -> None:
    opened(keeper, NOW)
    probe = keeper.admit("ACC", LIMITS, at=NOW + 10)
    assert probe.passed

    again = keeper.report(probe.passed, LIMITS, is_answered=False, at=NOW + 12)

    assert again is not None
    assert (again.cause, again.until) == (Cause.PROBE_FAILED, NOW + 32)
    assert keeper.admit("ACC", LIMITS, at=NOW + 31).turned is Turned.CIRCUIT_OPEN
    assert keeper.admit("ACC", LIMITS, at=NOW + 32).passed


@pytest.mark.spec("C9")
def test_the_probes_of_dead_workers_come_back(keeper: Keeper) -> None:
    opened(keeper, NOW)
    for _ in range(2):
        assert keeper.admit("ACC", LIMITS, at=NOW + 10).passed

    assert keeper.admit("ACC", LIMITS, at=NOW + 24).turned is Turned.CIRCUIT_OPEN
    assert keeper.circuit("ACC", LIMITS, at=NOW + 25).takes_calls
    assert keeper.admit("ACC", LIMITS, at=NOW + 25).passed


@pytest.mark.spec("C9")
def test_what_began_before_a_change_says_nothing_after_it(keeper: Keeper) -> None:
    slow = [keeper.admit("ACC", LIMITS, at=NOW) for _ in range(4)]
    opened(keeper, NOW)
    probe = keeper.admit("ACC", LIMITS, at=NOW + 10)

    for admission in slow:
        assert admission.passed
        assert keeper.report(admission.passed, LIMITS, is_answered=False, at=NOW + 11) is None

    assert probe.passed
    assert keeper.circuit("ACC", LIMITS, at=NOW + 11).state is BreakerState.HALF_OPEN


@pytest.mark.spec("C9")
def test_the_rate_of_an_account_is_a_bucket(keeper: Keeper) -> None:
    limits = Limits(60, 4, 50, 10, 2, 15, rate_per_second=2, rate_burst=3, lookups_per_minute=60)

    taken = [keeper.admit("ACC", limits, at=NOW) for _ in range(4)]

    assert [bool(admission.passed) for admission in taken] == [True, True, True, False]
    assert taken[3].turned is Turned.RATE_LIMITED
    assert taken[3].until == pytest.approx(NOW + 0.5)
    assert keeper.admit("ACC", limits, at=NOW + 0.5).passed
    assert not keeper.admit("ACC", limits, at=NOW + 0.6).passed
    assert keeper.admit("OTHER", limits, at=NOW).passed


@pytest.mark.spec("C9")
def test_an_allowance_never_holds_more_than_its_burst(keeper: Keeper) -> None:
    for _ in range(2):
        assert keeper.take("lookups", "ACC", per_second=1, most=2, at=NOW) == 0
    assert keeper.take("lookups", "ACC", per_second=1, most=2, at=NOW) == pytest.approx(1)

    assert [keeper.take("lookups", "ACC", per_second=1, most=2, at=NOW + 3600) for _ in range(3)][:2] == [0, 0]
    assert keeper.take("lookups", "ACC", per_second=1, most=2, at=NOW + 3600) > 0
