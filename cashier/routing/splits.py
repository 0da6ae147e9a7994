"""A/B tests of routes: who is in which arm, and when a losing arm is stopped (C10)."""

from dataclasses import dataclass

from cashier.routing.conditions import Conditions
from cashier.routing.lots import draw
from cashier.routing.values import MILLION, Payment

# Two rates differ for real where they lie this many standard errors apart: squared, to stay with whole numbers.
SURE_SQUARED = 4


@dataclass(frozen=True, slots=True)
class Split:
    """`percent` of the payments that meet the conditions go to `accounts` first (arm B), the rest as ever (arm A).

    Guardrail: arm B is stopped once both arms have `guard_tries` answers and B's success is `guard_points` percentage points
    below A's, and not by chance.
    """

    name: str
    percent: int
    accounts: tuple[str, ...]
    when: Conditions
    guard_tries: int = 100
    guard_points: int = 3

    def arm_of(self, payment: Payment) -> str:
        """A or B; empty where the payment is not in the test."""
        if not self.when.match(payment):
            return ""
        return "B" if draw(payment.key, f"split:{self.name}", of=100) < self.percent else "A"


@dataclass(frozen=True, slots=True)
class ArmResult:
    """How an arm did."""

    tries: int = 0
    successes: int = 0

    @property
    def ppm(self) -> int:
        return self.successes * MILLION // self.tries if self.tries else 0


def is_losing(split: Split, a: ArmResult, b: ArmResult) -> bool:
    """Whether arm B must be stopped."""
    if min(a.tries, b.tries) < max(split.guard_tries, 1):
        return False
    if a.ppm - b.ppm < split.guard_points * 10_000:
        return False
    return _apart_squared(a, b)


def _apart_squared(a: ArmResult, b: ArmResult) -> bool:
    """(pA - pB)^2 >= 4 * p(1-p)(1/nA + 1/nB), both sides times (nA nB)^2 (nA + nB)^2, in whole numbers."""
    tries, successes = a.tries + b.tries, a.successes + b.successes
    difference = a.successes * b.tries - b.successes * a.tries
    return difference * difference * tries >= SURE_SQUARED * successes * (tries - successes) * a.tries * b.tries
