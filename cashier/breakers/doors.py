"""May this call be made? Asked of Redis, and of this process alone where Redis is gone (C9, C22)."""

import time
from collections.abc import Iterable

import structlog
from redis.exceptions import RedisError

from cashier.breakers import shared
from cashier.breakers.alone import Alone
from cashier.breakers.values import Admission, Change, Circuit, Limits, Pass, Turned, forced_state, limits_of
from cashier.models import BreakerState, MerchantAccount
from cashier.redis import is_resting, rest

log = structlog.get_logger(__name__)

UNCOUNTED = -1
MINUTE = 60.0
LOOKUP_BURST_SECONDS = 10.0
_alone = Alone()


def admit(account: MerchantAccount) -> Admission:
    """Leave for one call that moves money, or not: a person's word first, then the circuit, then the rate."""
    limits, at = limits_of(account), time.time()
    forced = forced_state(limits, at)
    if forced is BreakerState.OPEN:
        return Admission(turned=Turned.CIRCUIT_OPEN, until=limits.forced_until)
    if forced is BreakerState.CLOSED:
        return _by_rate(account.code, limits, at)
    if not is_resting():
        try:
            return shared.admit(account.code, limits, at=at)
        except RedisError as error:
            rest(error)
    return _alone.admit(account.code, limits, at=at)


def admit_question(account: MerchantAccount) -> Admission:
    """Leave to ask about something that was sent: as any call while the circuit is closed, else by an allowance of its own.

    A circuit that is not closed never lets the questions be its probes: a PSP may answer these and take no payment.
    """
    circuit = read_circuits([account])[account.code]
    if circuit.state is BreakerState.CLOSED and not circuit.is_forced:
        admission = admit(account)
        if admission.passed:
            return admission
    limits, at = limits_of(account), time.time()
    per_second = limits.lookups_per_minute / MINUTE
    wait = _take("lookups", account.code, per_second=per_second, most=max(1, int(per_second * LOOKUP_BURST_SECONDS)), at=at)
    if wait:
        return Admission(turned=Turned.RATE_LIMITED, until=at + wait)
    return Admission(passed=Pass(account.code, UNCOUNTED))


def report(passed: Pass, account: MerchantAccount, *, is_answered: bool) -> Change | None:
    """Count an outcome: answered (a decline too), or not (timeout, unreachable, the PSP's own failure). The change it brought about."""
    if not passed.counts:
        return None
    limits, at = limits_of(account), time.time()
    if passed.is_alone:
        return _alone.report(passed, limits, is_answered=is_answered, at=at)
    if is_resting():
        return None
    try:
        return shared.report(passed, limits, is_answered=is_answered, at=at)
    except RedisError as error:
        rest(error)
        return None


def read_circuits(accounts: Iterable[MerchantAccount]) -> dict[str, Circuit]:
    """How the circuits of these accounts stand, by code: one round trip for all."""
    at = time.time()
    wanted = {account.code: limits_of(account) for account in accounts}
    found = _read(wanted, at)
    for code, limits in wanted.items():
        forced = forced_state(limits, at)
        if forced is not None:
            found[code] = Circuit(forced, takes_calls=forced is BreakerState.CLOSED, until=limits.forced_until, is_forced=True)
    return found


def _read(wanted: dict[str, Limits], at: float) -> dict[str, Circuit]:
    if wanted and not is_resting():
        try:
            return shared.circuits(wanted, at=at)
        except RedisError as error:
            rest(error)
    return {code: _alone.circuit(code, limits, at=at) for code, limits in wanted.items()}


def _by_rate(account: str, limits: Limits, at: float) -> Admission:
    wait = _take("rate", account, per_second=limits.rate_per_second, most=limits.rate_burst, at=at)
    return Admission(turned=Turned.RATE_LIMITED, until=at + wait) if wait else Admission(passed=Pass(account, UNCOUNTED))


def _take(kind: str, account: str, *, per_second: float, most: int, at: float) -> float:
    if not is_resting():
        try:
            return shared.take(kind, account, per_second=per_second, most=most, at=at)
        except RedisError as error:
            rest(error)
    return _alone.take(kind, account, per_second=per_second, most=most, at=at)
