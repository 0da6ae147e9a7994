"""Values of the breakers. Instants are seconds of Unix time, as all workers' clocks tell it."""

from dataclasses import dataclass
from enum import StrEnum

from cashier.models import BreakerChange, BreakerState, MerchantAccount

BUCKETS = 10  # parts of the sliding window
LONGEST_OPEN_SECONDS = 300.0
PROBE_MARGIN_SECONDS = 5.0
Cause = BreakerChange.Cause


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of one account (cashier.models.breakers.CallGuards). `probe_seconds`: what a probe takes at most."""

    window_seconds: float
    min_calls: int
    failure_percent: int
    open_seconds: float
    probes: int
    probe_seconds: float
    rate_per_second: float
    rate_burst: int
    lookups_per_minute: int
    forced: str = ""
    forced_until: float = 0.0


class Turned(StrEnum):
    """Why a call is not made now."""

    CIRCUIT_OPEN = "circuit_open"
    RATE_LIMITED = "rate_limited"


@dataclass(frozen=True, slots=True)
class Pass:
    """Leave to make one call. Its outcome counts if the circuit has not changed since (`generation`; below 0: never)."""

    account: str
    generation: int
    is_alone: bool = False

    @property
    def counts(self) -> bool:
        return self.generation >= 0


@dataclass(frozen=True, slots=True)
class Change:
    """The circuit went from one state to another. `calls` and `failures` are the window's where it opened by them."""

    from_state: BreakerState
    to_state: BreakerState
    cause: Cause
    until: float = 0.0
    calls: int = 0
    failures: int = 0
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """Leave (`passed`), or why not (`turned`) and from when to ask again (`until`); and the change that asking brought about."""

    passed: Pass | None = None
    turned: Turned | None = None
    until: float = 0.0
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Circuit:
    """How a circuit stands. `takes_calls`: whether a call would be made now, a probe included. `until`: of an open one, or of force."""

    state: BreakerState
    takes_calls: bool
    until: float = 0.0
    is_forced: bool = False


def limits_of(account: MerchantAccount) -> Limits:
    """The thresholds that its row states."""
    return Limits(
        window_seconds=float(account.breaker_window_seconds),
        min_calls=account.breaker_min_calls,
        failure_percent=account.breaker_failure_percent,
        open_seconds=float(account.breaker_open_seconds),
        probes=account.breaker_probes,
        probe_seconds=account.timeout_seconds + PROBE_MARGIN_SECONDS,
        rate_per_second=float(account.rate_per_second),
        rate_burst=account.rate_burst,
        lookups_per_minute=account.lookups_per_minute,
        forced=account.breaker_forced,
        forced_until=account.breaker_forced_until.timestamp() if account.breaker_forced_until else 0.0,
    )


def forced_state(limits: Limits, at: float) -> BreakerState | None:
    """A person's word over the circuit, while it holds."""
    return BreakerState(limits.forced) if limits.forced and at < limits.forced_until else None
