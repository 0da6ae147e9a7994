"""The breakers of this process alone, for as long as Redis is gone (C22)."""

import threading

from cashier.breakers.rules import HALF_OPEN, OPEN, Breaker, Purse
from cashier.breakers.values import Admission, Change, Circuit, Limits, Pass


class Alone:
    """Breakers, rates and allowances by account, under one lock: nothing here waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._breakers: dict[str, Breaker] = {}
        self._purses: dict[tuple[str, str], Purse] = {}

    def admit(self, account: str, limits: Limits, *, at: float) -> Admission:
        with self._lock:
            breaker = self._breakers.setdefault(account, Breaker())
            return breaker.admit(limits, self._purse("rate", account, limits.rate_burst, at), account=account, at=at)

    def report(self, passed: Pass, limits: Limits, *, is_answered: bool, at: float) -> Change | None:
        with self._lock:
            breaker = self._breakers.setdefault(passed.account, Breaker())
            return breaker.report(limits, generation=passed.generation, is_answered=is_answered, at=at)

    def take(self, kind: str, account: str, *, per_second: float, most: int, at: float) -> float:
        """0 where a token was taken, else the seconds until there is one."""
        with self._lock:
            return self._purse(kind, account, most, at).take(per_second=per_second, most=most, at=at)

    def circuit(self, account: str, limits: Limits, *, at: float) -> Circuit:
        with self._lock:
            breaker = self._breakers.get(account, Breaker())
            return standing_of(breaker.state, breaker.until, breaker.probes_out, limits, at=at)

    def forget(self) -> None:
        """As a process that has just started."""
        with self._lock:
            self._breakers.clear()
            self._purses.clear()

    def _purse(self, kind: str, account: str, most: int, at: float) -> Purse:
        return self._purses.setdefault((kind, account), Purse(float(most), at))


def standing_of(state: object, until: float, probes_out: int, limits: Limits, *, at: float) -> Circuit:
    """A circuit as it would answer a call that came now."""
    if state == OPEN:
        return Circuit(OPEN, takes_calls=at >= until, until=until)
    if state == HALF_OPEN:
        return Circuit(HALF_OPEN, takes_calls=probes_out < limits.probes or at >= until, until=until)
    return Circuit(Breaker().state, takes_calls=True)
