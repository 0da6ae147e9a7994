"""Refunds of captures (C6): held at submission, sent, processed, failed or reversed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from cashier.locks import lock_captures, lock_intent
from cashier.models import Capture, DepositIntent, Hold, Refund
from cashier.nudges import nudge
from cashier.operations.bookings import book_deposit
from cashier.operations.calls import ready
from cashier.operations.offers import require_offered
from cashier.queries.rails import get_rail
from cashier.refusals import RefundAboveCapture, RefundAbovePlayable, RefundDisputed, RefundIdReused, RefundNotPossible
from ledger.actors import Actor
from ledger.locks import lock_wallet
from ledger.operations import record_audit
from ledger.tracing import current_trace_id
from ledger.transitions import record_birth

TASK = "cashier.tasks.psp.refund"


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """refund_id: the caller's own reference, unique per client. amount_minor: gross, of the capture's currency.

    source: what pays it (Refund.Source); `house` only by an executed approval.
    """

    refund_id: str
    amount_minor: int
    client_id: str
    source: str = Refund.Source.PLAYABLE
    reason: str = ""
    retries: Refund | None = None


def submit_refund(*, capture_id: UUID, order: RefundOrder, actor: Actor, now: datetime) -> Refund:
    """Hold the money, record the refund, READY, and nudge a worker. The same refund_id with the same content gives the first one.

    1. intent and captures locked; 2. the ceiling counts refunds done and under way, disputed and returned money; 3. the
    wallet locked, a refund above playable is refused; 4. refund.submitted. The player's fee goes back with a whole refund.
    Raises RefundIdReused, RefundNotPossible, RefundDisputed, RefundAboveCapture, RefundAbovePlayable, NotOfferedByPsp.
    """
    with transaction.atomic():
        intent = lock_intent(Capture.objects.values_list("intent_id", flat=True).get(pk=capture_id))
        capture = next(row for row in lock_captures(intent.pk) if row.pk == capture_id)
        before = Refund.objects.filter(client_id=order.client_id, refund_id=order.refund_id).first()
        if before is not None:
            return require_same(before, capture, order)
        require_refundable(intent, capture, order)
        require_offered(capture.merchant_account, "refunds")
        refund = new_refund(capture, order, actor=actor, now=now)
        hold_money(intent, capture, refund, actor=actor, now=now)
        if actor.kind == "user":
            detail = {
                "amount_minor": order.amount_minor,
                "currency": capture.currency,
                "capture": capture.public_id,
                "source": order.source,
            }
            record_audit(
                act="refund.submitted",
                actor=actor,
                target_kind="refund",
                target_id=refund.public_id,
                detail=detail,
                reason=order.reason,
                now=now,
            )
    return refund


def require_same(before: Refund, capture: Capture, order: RefundOrder) -> Refund:
    if before.capture_id != capture.pk or before.amount_minor != order.amount_minor:
        raise RefundIdReused(refund_id=order.refund_id)
    return before


def require_refundable(intent: DepositIntent, capture: Capture, order: RefundOrder) -> None:
    if capture.state != Capture.State.SUCCEEDED or not get_rail(intent.method).refundable:
        raise RefundNotPossible(state=str(capture.state))
    if capture.disputed_minor:
        raise RefundDisputed(disputed_minor=capture.disputed_minor)
    if order.amount_minor > capture.refundable_minor:
        raise RefundAboveCapture(refundable_minor=capture.refundable_minor)
    held = is_held(capture)
    if held != (order.source == Refund.Source.LATE) or (held and order.amount_minor != capture.amount_minor):
        raise RefundNotPossible("This money waits for a decision; it is given back whole, or credited.", source=order.source)


def is_held(capture: Capture) -> bool:
    """Whether the captured money waits in `locked` as late money."""
    return Hold.objects.filter(kind=Hold.Kind.LATE_MONEY, ref=capture.public_id, state=Hold.State.HELD).exists()


def new_refund(capture: Capture, order: RefundOrder, *, actor: Actor, now: datetime) -> Refund:
    """The row and its nudge; the capture's ceiling shrinks at once."""
    is_whole = order.amount_minor == capture.amount_minor and order.source == Refund.Source.PLAYABLE
    refund = Refund(
        capture=capture,
        merchant_account_id=capture.merchant_account_id,
        client_id=order.client_id,
        refund_id=order.refund_id,
        amount_minor=order.amount_minor,
        fee_returned_minor=capture.player_fee_minor if is_whole else 0,
        currency=capture.currency,
        source=order.source,
        reason=order.reason,
        requested_by_kind=actor.kind,
        requested_by_id=actor.id,
        retries=order.retries,
        call_kind="refund",
        trace_id=current_trace_id(),
        created_at=now,
        updated_at=now,
    )
    refund.idempotency_key = f"{refund.public_id}.refund.{order.amount_minor}.{capture.currency}"
    ready(refund)
    try:
        with transaction.atomic():
            refund.save(force_insert=True)
    except IntegrityError:  # the same refund_id at this very moment, for another capture
        raise RefundIdReused(refund_id=order.refund_id) from None
    record_birth(refund, actor=actor, now=now, event="refund.submitted")
    capture.refunding_minor += order.amount_minor
    capture.updated_at = now
    capture.save(update_fields=["refunding_minor", "updated_at"])
    nudge(TASK, call_id=refund.pk)
    return refund


def hold_money(intent: DepositIntent, capture: Capture, refund: Refund, *, actor: Actor, now: datetime) -> None:
    """refund.submitted: playable to locked. Late money is locked already; the house's refund touches no wallet."""
    if refund.source != Refund.Source.PLAYABLE:
        return
    held_minor = held_of(refund)
    wallet = lock_wallet(entity_id=intent.entity_id, player_id=intent.player.public_id, asset=refund.currency)
    if held_minor > wallet.playable:
        raise RefundAbovePlayable(needed_minor=held_minor)
    book_deposit(
        "refund.submitted",
        intent=intent,
        capture=capture,
        ref=refund.public_id,
        occurred_at=now,
        actor=actor,
        now=now,
        amount_minor=held_minor,
    )


def held_of(refund: Refund) -> int:
    """What the player gives for it: the refund less the fee that we give back."""
    return int(refund.amount_minor - refund.fee_returned_minor)
