"""An authorisation: recorded and committed, called, its outcome recorded (C8, C13, C20)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.gates import PERIODS, Facts, Gate, deposit_gates, first_closed, limits_of, record_of
from cashier.locks import forget_attempts, know_attempts, lock_intent, lock_player
from cashier.models import Attempt, DepositIntent, DepositState, Instrument, MerchantAccount, PspCall, RoutingDecision
from cashier.nudges import nudge
from cashier.operations.calls import ready
from cashier.operations.endings import end_intent
from cashier.operations.freezing import freeze_deposit
from cashier.operations.reviews import hold_for_review
from cashier.operations.routing.choosing import Moment, Route, choose_route, keep_decision
from cashier.queries.deposits import deposited_minor
from cashier.queries.rails import get_rail
from cashier.queries.routing import Means, licence_of
from cashier.refusals import (
    AttemptOpen,
    Declined,
    GateClosed,
    InstrumentBlocked,
    Invalid,
    NeedsReview,
    NoRoute,
    NotCapturable,
    NotFound,
    NotInThisState,
    PspUnavailable,
    Refused,
    RetryCapped,
)
from cashier.routing import Outcome
from ledger.actors import Actor
from ledger.tracing import current_trace_id

TASK = "cashier.tasks.psp.authorize"


@dataclass(frozen=True, slots=True)
class AuthorizeOrder:
    """How an intent is to be authorised: with a token or a stored instrument. capture: "auto" or "manual".

    `operation_key` names the caller's write: asked again with the same one, the same attempt is given (A3). `card`: what the caller
    knows of the card ({"scheme", "type", "bin", "fingerprint"}), `risk_band` what it thinks of the payment: rules read them (C10).
    `has_challenge`: ask the issuer for a challenge.
    """

    payment_token: str = ""
    instrument_id: UUID | None = None
    capture: str = "manual"
    return_url: str = ""
    device: dict[str, Any] = field(default_factory=dict)
    operation_key: str = ""
    card: dict[str, str] = field(default_factory=dict)
    risk_band: str = ""
    has_challenge: bool = False


def begin_authorization(*, intent_id: UUID, order: AuthorizeOrder, actor: Actor, now: datetime) -> Attempt:
    """Record an attempt, READY, with its idempotency key, and nudge a worker (step one of C8).

    1. the intent's lock; 2. the same write again gives its attempt; 3. the gates, recorded even where they refuse; 4. the merchant
    account, by routing, its decision recorded even where there is none (C10); 5. the attempt.
    Raises NotInThisState, AttemptOpen, GateClosed, NoRoute, PspUnavailable, Declined, NeedsReview, RetryCapped, NotCapturable,
    InstrumentBlocked, NotFound, Invalid.
    """
    with transaction.atomic():
        intent = know_attempts(lock_intent(intent_id))
        before = [attempt for attempt in intent.attempts.all() if order.operation_key and attempt.operation_key == order.operation_key]
        if before:
            return before[0]
        require_ready(intent)
        if order.capture == "manual" and not get_rail(intent.method).manual_capture:
            raise NotCapturable("This method is captured by its rail: ask with capture auto.", method=intent.method)
        instrument, token = means_of(intent, order)
        means = Means(token, instrument, order.capture, order.card, order.risk_band)
        closed = check_gates(intent, moment="authorize", instrument=instrument, now=now)
        attempt = route_attempt(intent, order, means, actor=actor, now=now) if closed is None else gate_refusal(closed)
        if isinstance(attempt, Refused):  # else they were saved with it
            intent.save(update_fields=["gates", "updated_at"])
    if isinstance(attempt, Refused):
        raise attempt
    return attempt


def gate_refusal(closed: Gate) -> Refused:
    return GateClosed(f"The gate {closed.name} is closed.", gate=closed.name, reason=closed.code)


def route_attempt(intent: DepositIntent, order: AuthorizeOrder, means: Means, *, actor: Actor, now: datetime) -> Attempt | Refused:
    """The attempt at the account that routing chose, or the refusal to raise once the decision is committed."""
    route = choose_route(intent, means, moment=Moment.AUTHORIZE, now=now)
    attempt = None
    if route.account is not None:
        wanted = replace(order, has_challenge=order.has_challenge or route.decision.step_up)
        attempt = new_attempt(intent, wanted, means, route.account, now=now)
    decision = keep_decision(intent, route, moment=Moment.AUTHORIZE, attempt=attempt, now=now)
    if attempt is not None:
        freeze_deposit(intent, attempt, moment=Moment.AUTHORIZE, routing=decision, now=now)
    return attempt if attempt is not None else route_refusal(intent, route, decision, actor=actor, now=now)


def route_refusal(intent: DepositIntent, route: Route, decision: RoutingDecision, *, actor: Actor, now: datetime) -> Refused:
    """What the caller is told. A rule that declines ends the intent, one that wants a review queues it; all else leaves it as it is,
    for another try."""
    if route.outcome == Outcome.DECLINE:
        told = {"decline_code": "blocked_by_rule", "retry": "never"}
        end_intent(
            intent=intent, state=DepositState.FAILED, occurred_at=now, actor=actor, now=now,
            decline_code=told["decline_code"], retry=told["retry"],
        )  # fmt: skip
        return Declined("A routing rule declines this payment.", intent_id=intent.public_id, status=str(intent.state), **told)
    if route.outcome == Outcome.REVIEW:
        review = hold_for_review(intent, decision, actor=actor, now=now)
        return NeedsReview(intent_id=intent.public_id, review_id=review.public_id, expires_at=intent.expires_at.isoformat())
    if route.outcome == Outcome.NO_ROUTE:
        reasons = {row.code: row.reason for row in route.decision.candidates}
        if route.is_held_back:
            return PspUnavailable(merchant_accounts=[code for code, reason in reasons.items() if reason == "circuit_open"])
        return NoRoute(currency=intent.currency, method=intent.method, region=intent.region, reasons=reasons)
    return RetryCapped(f"Not tried: {route.note}.", intent_id=intent.public_id)


def require_ready(intent: DepositIntent) -> None:
    """An intent takes a new attempt while it is INITIATED and none is open (C13)."""
    if any(attempt.call_state in PspCall.OPEN_CALLS for attempt in intent.attempts.all()):
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


def check_gates(intent: DepositIntent, *, moment: str, instrument: Instrument | None, now: datetime) -> Gate | None:
    """Ask every gate, put the record on the intent (the caller saves it), and return the first that is closed (K9).

    The instrument is read anew: it may have changed while the intent's lock was waited for. A player with limits is locked, so
    that two deposits at once can't both take the last unit. Before an authorisation routing says what lacks a licence (C10): the region's
    gate is asked afterwards, for a licence may end in between.
    """
    limits = limits_of(intent.player.limits, intent.currency)
    player = lock_player(intent.player_id) if limits else intent.player
    deposited = {
        period: deposited_minor(player=player, currency=intent.currency, since=now - PERIODS[period], except_intent=intent.pk)
        for period in limits
    }
    state = Instrument.objects.values_list("state", flat=True).get(pk=instrument.pk) if instrument else ""
    region = intent.region if moment == "capture" else ""
    facts = Facts(
        player_state=str(player.state), kyc_status=player.kyc_status, kyc_level=player.kyc_level, amount_minor=int(intent.amount_minor),
        limits=limits, deposited=deposited, instrument_state=str(state), region=region, licence=licence_of(intent.brand.licences, region),
    )  # fmt: skip
    gates = deposit_gates(facts)
    intent.gates = [*intent.gates, record_of(gates, moment=moment, at=now)]
    intent.updated_at = now
    return first_closed(gates)


def new_attempt(intent: DepositIntent, order: AuthorizeOrder, means: Means, account: MerchantAccount, *, now: datetime) -> Attempt:
    """The attempt and its nudge. The key sent is derived from ours, so that a retry can't charge twice (C7)."""
    number = len(intent.attempts.all()) + 1
    attempt = Attempt(
        intent=intent,
        merchant_account=account,
        instrument=means.instrument,
        number=number,
        payment_token=means.token,
        amount_minor=intent.gross_minor,
        currency=intent.currency,
        capture_mode=order.capture,
        device=order.device,
        card=dict(means.card),
        card_key=means.card_key,
        risk_band=means.risk_band,
        has_challenge=order.has_challenge,
        call_kind="authorize",
        idempotency_key=f"{intent.public_id}.{number}.authorize.{intent.gross_minor}.{intent.currency}",
        operation_key=order.operation_key,
        trace_id=current_trace_id(),
        created_at=now,
        updated_at=now,
    )
    ready(attempt)
    attempt.save(force_insert=True)
    forget_attempts(intent)
    intent.merchant_account, intent.capture_mode, intent.return_url = account, order.capture, order.return_url
    intent.expires_at = max(intent.expires_at, now + timedelta(minutes=get_rail(intent.method).expiry_minutes))
    intent.save(update_fields=["merchant_account", "capture_mode", "return_url", "expires_at", "gates", "updated_at"])
    nudge(TASK, call_id=attempt.pk)
    return attempt
