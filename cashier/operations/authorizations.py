"""An authorisation: recorded and committed, called, its outcome recorded (C8, C13, C20)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.breakers import read_circuits
from cashier.gates import PERIODS, Gate, deposit_gates, first_closed, limits_of, record_of
from cashier.locks import lock_intent, lock_player
from cashier.models import Attempt, DepositIntent, DepositState, Instrument, MerchantAccount, PspCall
from cashier.models.rails import get_rail
from cashier.nudges import nudge
from cashier.operations.calls import ready
from cashier.queries.accounts import list_eligible_accounts
from cashier.queries.deposits import deposited_minor
from cashier.refusals import (
    AttemptOpen,
    GateClosed,
    InstrumentBlocked,
    Invalid,
    NoRoute,
    NotCapturable,
    NotFound,
    NotInThisState,
    PspUnavailable,
)
from ledger.actors import Actor
from ledger.tracing import current_trace_id

TASK = "cashier.tasks.psp.authorize"


@dataclass(frozen=True, slots=True)
class AuthorizeOrder:
    """How an intent is to be authorised: with a token or a stored instrument. capture: "auto" or "manual".

    `operation_key` names the caller's write: asked again with the same one, the same attempt is given (A3).
    """

    payment_token: str = ""
    instrument_id: UUID | None = None
    capture: str = "manual"
    return_url: str = ""
    device: dict[str, Any] = field(default_factory=dict)
    operation_key: str = ""


def begin_authorization(*, intent_id: UUID, order: AuthorizeOrder, actor: Actor, now: datetime) -> Attempt:
    """Record an attempt, READY, with its idempotency key, and nudge a worker (step one of C8).

    1. the intent's lock; 2. the same write again gives its attempt; 3. the gates, recorded even where they refuse; 4. the
    first eligible merchant account; 5. the attempt.
    Raises NotInThisState, AttemptOpen, GateClosed, NoRoute, PspUnavailable, NotCapturable, InstrumentBlocked, NotFound, Invalid.
    """
    with transaction.atomic():
        intent = lock_intent(intent_id)
        before = intent.attempts.filter(operation_key=order.operation_key).first() if order.operation_key else None
        if before is not None:
            return before
        require_ready(intent)
        if order.capture == "manual" and not get_rail(intent.method).manual_capture:
            raise NotCapturable("This method is captured by its rail: ask with capture auto.", method=intent.method)
        instrument, token = means_of(intent, order)
        closed = check_gates(intent, moment="authorize", now=now)
        if closed is None:
            attempt = new_attempt(intent, order, instrument, token, choose_account(intent), now=now)
        else:
            intent.save(update_fields=["gates", "updated_at"])
    if closed is not None:
        raise GateClosed(f"The gate {closed.name} is closed.", gate=closed.name, reason=closed.code)
    return attempt


def require_ready(intent: DepositIntent) -> None:
    """An intent takes a new attempt while it is INITIATED and none is open (C13)."""
    if intent.attempts.filter(call_state__in=PspCall.OPEN_CALLS).exists():
        raise AttemptOpen(state=str(intent.state))
    if intent.state != DepositState.INITIATED:
        raise NotInThisState(state=str(intent.state))


def means_of(intent: DepositIntent, order: AuthorizeOrder) -> tuple[Instrument | None, str]:
    """The token to pay with: as given, or the player's own instrument's (C24)."""
    if order.instrument_id is None:
        if not order.payment_token:
            raise Invalid("Give a payment_token or an instrument_id.", field="payment_token", rule="required")
        return None, order.payment_token
    instrument = Instrument.objects.filter(pk=order.instrument_id, player=intent.player).first()
    if instrument is None:
        raise NotFound("No such instrument of this player.")
    if instrument.state == Instrument.State.BLOCKED:
        raise InstrumentBlocked(instrument_id=instrument.public_id)
    return instrument, instrument.token


def check_gates(intent: DepositIntent, *, moment: str, now: datetime) -> Gate | None:
    """Ask every gate, put the record on the intent (the caller saves it), and return the first that is closed (K9).

    A player with limits is locked first, so that two deposits at once can't both take the last unit.
    """
    limits = limits_of(intent.player.limits, intent.currency)
    player = lock_player(intent.player_id) if limits else intent.player
    deposited = {
        period: deposited_minor(player=player, currency=intent.currency, since=now - PERIODS[period], except_intent=intent.pk)
        for period in limits
    }
    gates = deposit_gates(player_state=str(player.state), limits=limits, deposited=deposited, amount_minor=intent.amount_minor)
    intent.gates = [*intent.gates, record_of(gates, moment=moment, at=now)]
    intent.updated_at = now
    return first_closed(gates)


def choose_account(intent: DepositIntent) -> MerchantAccount:
    """The first eligible merchant account whose circuit takes calls (C10's routing comes on top of this).

    Raises NoRoute, and PspUnavailable where every circuit is open: answered without calling (C9).
    """
    accounts = list_eligible_accounts(brand=intent.brand, currency=intent.currency, method=intent.method, region=intent.region)
    if not accounts:
        raise NoRoute(currency=intent.currency, method=intent.method, region=intent.region)
    circuits = read_circuits(accounts)
    able = [account for account in accounts if circuits[account.code].takes_calls]
    if not able:
        raise PspUnavailable(merchant_accounts=[account.code for account in accounts])
    return able[0]


def new_attempt(
    intent: DepositIntent, order: AuthorizeOrder, instrument: Instrument | None, token: str, account: MerchantAccount, *, now: datetime
) -> Attempt:
    """The attempt and its nudge. The key sent is derived from ours, so that a retry can't charge twice (C7)."""
    number = intent.attempts.count() + 1
    attempt = Attempt(
        intent=intent,
        merchant_account=account,
        instrument=instrument,
        number=number,
        payment_token=token,
        amount_minor=intent.gross_minor,
        currency=intent.currency,
        capture_mode=order.capture,
        device=order.device,
        call_kind="authorize",
        idempotency_key=f"{intent.public_id}.{number}.authorize.{intent.gross_minor}.{intent.currency}",
        operation_key=order.operation_key,
        trace_id=current_trace_id(),
        created_at=now,
        updated_at=now,
    )
    ready(attempt)
    attempt.save(force_insert=True)
    intent.merchant_account, intent.capture_mode, intent.return_url = account, order.capture, order.return_url
    intent.expires_at = max(intent.expires_at, now + timedelta(minutes=get_rail(intent.method).expiry_minutes))
    intent.save(update_fields=["merchant_account", "capture_mode", "return_url", "expires_at", "gates", "updated_at"])
    nudge(TASK, call_id=attempt.pk)
    return attempt
