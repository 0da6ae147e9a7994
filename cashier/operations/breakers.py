"""A person's word over the circuit of a merchant account: held open or closed for a time, with a reason, audited (C9, S5)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from cashier.breakers import Change, read_circuits
from cashier.models import BreakerChange, BreakerState, MerchantAccount
from cashier.operations.guarded import record_change
from cashier.refusals import Invalid, NotInThisState
from ledger.actors import Actor
from ledger.clock import real_now
from ledger.operations import record_audit

Cause = BreakerChange.Cause
LONGEST_MINUTES = 24 * 60
CAUSES = {BreakerState.OPEN: Cause.FORCED_OPEN, BreakerState.CLOSED: Cause.FORCED_CLOSED}


def force_circuit(*, account_id: UUID, state: BreakerState, minutes: int, reason: str, actor: Actor, now: datetime) -> MerchantAccount:
    """Hold the circuit OPEN (no call is made) or CLOSED (every call is, whatever fails) for so many minutes of real time.

    The circuit goes by its own rules again after it, or when let go. Raises Invalid: another state, no reason, above a day.
    """
    if state not in CAUSES or not 1 <= minutes <= LONGEST_MINUTES:
        raise Invalid(f"A circuit is held open or closed for 1 to {LONGEST_MINUTES} minutes.", field="minutes", rule="range")
    return _set(account_id, state=state, cause=CAUSES[state], minutes=minutes, reason=reason, actor=actor, now=now)


def let_circuit_go(*, account_id: UUID, reason: str, actor: Actor, now: datetime) -> MerchantAccount:
    """The circuit goes by its own rules from now on. Raises NotInThisState where nobody holds it, Invalid without a reason."""
    return _set(account_id, state=None, cause=Cause.LET_GO, minutes=0, reason=reason, actor=actor, now=now)


def _set(
    account_id: UUID, *, state: BreakerState | None, cause: BreakerChange.Cause, minutes: int, reason: str, actor: Actor, now: datetime
) -> MerchantAccount:
    if not reason.strip():
        raise Invalid("Say why.", field="reason", rule="required")
    with transaction.atomic():
        account = MerchantAccount.objects.select_for_update().get(pk=account_id)
        before = read_circuits([account])[account.code]
        if state is None and not before.is_forced:
            raise NotInThisState("Nobody holds this circuit.")
        until = real_now() + timedelta(minutes=minutes) if state else None
        account.breaker_forced, account.breaker_forced_until = state or "", until
        account.save(update_fields=["breaker_forced", "breaker_forced_until"])
        after = read_circuits([account])[account.code]
        change = Change(before.state, after.state, cause, until.timestamp() if until else 0.0)
        record_change(account, change, actor=actor, reason=reason)
        record_audit(
            act=f"breaker.{cause}",
            actor=actor,
            target_kind="merchant_account",
            target_id=account.public_id,
            detail={"code": account.code, "until": until.isoformat() if until else None},
            reason=reason,
            now=now,
        )
    return account
