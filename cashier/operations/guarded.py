"""One call to a PSP under the guards of its merchant account (C9): leave first, then the call, then what came of it is told.

What says that the PSP is not well: no answer in time, not reachable, its own failure (5xx), an answer that can't be read. A
decline or a refusal is an answer.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog

from cashier.breakers import Admission, Change, Pass, Turned, admit, admit_question, report
from cashier.bulkhead import give_back, take_slot
from cashier.models import BreakerChange, MerchantAccount
from cashier.operations.credentials import credentials_of, longest_call
from cashier.psp.base import Adapter, LookupNotOffered, LookupResult, PspFailure, PspKeyReused, PspUnreachable, UnknownProvider
from cashier.psp.registry import get_adapter
from cashier.psp.soundness import sound_lookup
from ledger.actors import Actor, system_actor
from ledger.clock import real_now

log = structlog.get_logger(__name__)

BREAKER = system_actor("breaker")
PATIENCE_SECONDS = 2.0
BUSY_SECONDS = 1.0


class HeldBack(PspUnreachable):
    """Our own guards kept the call back: nothing was sent. `until`: Unix time from which to ask again; `why`: a Turned, or "busy"."""

    def __init__(self, why: str, until: float) -> None:
        super().__init__(f"held back: {why.replace('_', ' ')}")
        self.why = why
        self.until = until


def leave_to_send(account: MerchantAccount) -> Pass:
    """Leave for one call that may move money. Raises HeldBack."""
    return _leave(account, admit(account))


@contextmanager
def sending(account: MerchantAccount, passed: Pass | None) -> Iterator[None]:
    """The call that the leave was given for; without one, leave is asked now. Raises HeldBack, and what the call raises."""
    passed = passed or leave_to_send(account)
    try:
        yield
    except LookupNotOffered:  # nothing was asked
        raise
    except PspKeyReused:
        _tell(account, passed, is_answered=True)
        raise
    except PspFailure:
        _tell(account, passed, is_answered=False)
        raise
    _tell(account, passed, is_answered=True)


@contextmanager
def asking(account: MerchantAccount) -> Iterator[None]:
    """A question about what was sent. It waits a moment for the rate, and is asked through an open circuit, a few in a minute.

    Raises HeldBack, and what the call raises.
    """
    with sending(account, _leave(account, _patiently(account, admit_question))):
        yield


def lookup(account: MerchantAccount, **references: str) -> LookupResult | None:
    """Ask the PSP of this account, with no transaction open, in a slot of those that questions have. Raises PspFailure."""
    adapter = _adapter_of(account)
    slot = take_slot(f"{account.code}:lookups", limit=account.concurrency, seconds=longest_call(account))
    if slot is None:
        raise HeldBack("busy", time.time() + BUSY_SECONDS)
    try:
        with asking(account):
            found = adapter.lookup(credentials_of(account), **references)
            return sound_lookup(found, **references) if found is not None else None
    finally:
        give_back(slot)


def _adapter_of(account: MerchantAccount) -> Adapter:
    """Raises LookupNotOffered for a provider whose reports are read, and that is never called."""
    try:
        return get_adapter(account.provider)
    except UnknownProvider as error:
        raise LookupNotOffered(str(error)) from error


def record_change(
    account: MerchantAccount, change: Change, *, actor: Actor = BREAKER, reason: str = "", at: datetime | None = None
) -> BreakerChange:
    """Write down that the circuit changed; incidents are read from these."""
    log.warning("breaker.changed", merchant_account=account.code, state=str(change.to_state), cause=str(change.cause))
    return BreakerChange.objects.create(
        merchant_account=account,
        from_state=change.from_state,
        to_state=change.to_state,
        cause=change.cause,
        at=at or real_now(),
        until=datetime.fromtimestamp(change.until, UTC) if change.until else None,
        calls=change.calls,
        failures=change.failures,
        is_alone=change.is_alone,
        actor_kind=actor.kind,
        actor_id=actor.id,
        reason=reason,
    )


def _leave(account: MerchantAccount, admission: Admission) -> Pass:
    if admission.change is not None:
        record_change(account, admission.change)
    if admission.passed is None:
        raise HeldBack(str(admission.turned), admission.until)
    return admission.passed


def _tell(account: MerchantAccount, passed: Pass, *, is_answered: bool) -> None:
    change = report(passed, account, is_answered=is_answered)
    if change is not None:
        record_change(account, change)


def _patiently(account: MerchantAccount, ask: Callable[[MerchantAccount], Admission]) -> Admission:
    """Where only the rate is in the way, and for a moment, wait for it."""
    deadline = time.time() + PATIENCE_SECONDS
    admission = ask(account)
    while admission.turned is Turned.RATE_LIMITED and admission.until < deadline:
        time.sleep(max(0.0, admission.until - time.time()))
        admission = ask(account)
    return admission
