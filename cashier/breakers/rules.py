"""How a circuit, a rate and an allowance work; and these, kept for one process (C22). shared.py's scripts do the same in Redis.

    CLOSED ──too many of the window's calls unanswered──> OPEN ──its time is over──> HALF_OPEN ──every probe answered──> CLOSED
                                                           ^────────a probe unanswered────┘   (twice as long each time)

An outcome counts only in the generation in which its call was let in: what began before a change says nothing about what is now.
"""

from dataclasses import dataclass, field

from cashier.breakers.values import BUCKETS, LONGEST_OPEN_SECONDS, Admission, Cause, Change, Limits, Pass, Turned
from cashier.models import BreakerState

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


@dataclass(slots=True)
class Purse:
    """A token bucket: fills by `per_second` up to `most`; a token is taken for each call."""

    tokens: float
    at: float

    def take(self, *, per_second: float, most: int, at: float) -> float:
        """0 where a token was taken, else the seconds until there is one."""
        self.tokens = min(float(most), self.tokens + max(0.0, at - self.at) * per_second)
        self.at = max(self.at, at)
        if self.tokens < 1:
            return (1 - self.tokens) / per_second
        self.tokens -= 1
        return 0.0


@dataclass(slots=True)
class Breaker:
    """One account's circuit. `until`: end of OPEN, or of the time in which a probe must have ended."""

    state: BreakerState = CLOSED
    generation: int = 0
    until: float = 0.0
    probes_out: int = 0
    probes_answered: int = 0
    openings: int = 0
    buckets: dict[int, list[int]] = field(default_factory=dict)  # number -> [answered, unanswered]

    def admit(self, limits: Limits, purse: Purse, *, account: str, at: float) -> Admission:
        """Leave for one call, or not."""
        change = self._cool(limits, at)
        if self.state is OPEN or (self.state is HALF_OPEN and not self._has_probe(limits, at)):
            return Admission(turned=Turned.CIRCUIT_OPEN, until=self.until, change=change)
        wait = purse.take(per_second=limits.rate_per_second, most=limits.rate_burst, at=at)
        if wait:
            return Admission(turned=Turned.RATE_LIMITED, until=at + wait, change=change)
        if self.state is HALF_OPEN:
            self.probes_out += 1
        return Admission(passed=Pass(account, self.generation, is_alone=True), change=change)

    def report(self, limits: Limits, *, generation: int, is_answered: bool, at: float) -> Change | None:
        """Count an outcome; the change that it brought about."""
        if generation != self.generation:
            return None
        if self.state is HALF_OPEN:
            return self._judge_probe(limits, is_answered, at)
        now = int(at / (limits.window_seconds / BUCKETS))
        self.buckets = {number: counts for number, counts in self.buckets.items() if number > now - BUCKETS}
        self.buckets.setdefault(now, [0, 0])[0 if is_answered else 1] += 1
        failures = sum(counts[1] for counts in self.buckets.values())
        calls = failures + sum(counts[0] for counts in self.buckets.values())
        if is_answered or calls < limits.min_calls or failures * 100 < limits.failure_percent * calls:
            return None
        return self._open(limits, Cause.FAILURES, at, calls, failures)

    def _cool(self, limits: Limits, at: float) -> Change | None:
        if self.state is not OPEN or at < self.until:
            return None
        self._turn(HALF_OPEN, until=at + limits.probe_seconds)
        return Change(OPEN, HALF_OPEN, Cause.COOLED, is_alone=True)

    def _has_probe(self, limits: Limits, at: float) -> bool:
        if at >= self.until:  # those who had the probes died with them
            self.until, self.probes_out = at + limits.probe_seconds, 0
        return self.probes_out < limits.probes

    def _judge_probe(self, limits: Limits, is_answered: bool, at: float) -> Change | None:
        if not is_answered:
            return self._open(limits, Cause.PROBE_FAILED, at, 0, 0)
        self.probes_answered += 1
        if self.probes_answered < limits.probes:
            return None
        self._turn(CLOSED, until=0.0)
        self.openings = 0
        return Change(HALF_OPEN, CLOSED, Cause.PROBES_ANSWERED, is_alone=True)

    def _open(self, limits: Limits, cause: Cause, at: float, calls: int, failures: int) -> Change:
        before = self.state
        seconds = min(limits.open_seconds * 2**self.openings, max(LONGEST_OPEN_SECONDS, limits.open_seconds))
        self._turn(OPEN, until=at + seconds)
        self.openings += 1
        return Change(before, OPEN, cause, self.until, calls, failures, is_alone=True)

    def _turn(self, state: BreakerState, *, until: float) -> None:
        self.state, self.until = state, until
        self.generation += 1
        self.probes_out = self.probes_answered = 0
        self.buckets = {}
