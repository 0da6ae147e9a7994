"""Money that arrived but may not simply be credited: it waits in `locked`, never ignored (C2, last sentence)."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from cashier.locks import lock_captures, lock_intent
from cashier.models import Brand, Capture, DepositIntent, Hold, Refund
from cashier.operations.bookings import book_deposit
from cashier.operations.refunds import RefundOrder, submit_refund
from cashier.refusals import NotInThisState, Refused
from ledger.actors import Actor, system_actor
from ledger.notices import tell
from ledger.transitions import move

log = structlog.get_logger(__name__)
POLICY = system_actor("late-money policy")


def hold_late_money(*, intent: DepositIntent, capture: Capture, proof_sha256: str, may_credit: bool, actor: Actor, now: datetime) -> Hold:
    """Book a proved capture to `locked`, then do what the brand's policy says.

    Needs the intent locked, and what was pending of it unseen. `may_credit`: the policy may decide; otherwise it waits for a person.
    """
    book_deposit(
        "deposit.late_money",
        intent=intent,
        capture=capture,
        occurred_at=capture.captured_at or now,
        actor=actor,
        now=now,
        payload_sha256=proof_sha256,
        gross_minor=capture.amount_minor,
    )
    hold = Hold.objects.create(
        kind=Hold.Kind.LATE_MONEY,
        ref=capture.public_id,
        player=intent.player,
        entity=intent.entity,
        currency=capture.currency,
        amount_minor=capture.amount_minor,
        created_at=now,
        updated_at=now,
    )
    if may_credit and intent.brand.late_money == Brand.LateMoney.CREDIT and intent.player.may_deposit:
        release_to_player(hold, intent, capture, actor=POLICY, now=now)
    elif may_credit and intent.brand.late_money == Brand.LateMoney.REFUND:
        refund_by_policy(capture, now=now)
    return hold


def refund_by_policy(capture: Capture, *, now: datetime) -> None:
    """Send it back where its rail and provider can; where they can't it is booked all the same, and waits for a person by its case."""
    try:
        with transaction.atomic():
            refund_late_money(capture_id=capture.pk, actor=POLICY, now=now)
    except Refused as refusal:
        log.warning("late_money.not_refundable", capture=capture.public_id, reason=refusal.code)


def refund_late_money(*, capture_id: UUID, actor: Actor, now: datetime, reason: str = "late money") -> Refund:
    """Send held late money back; deposit.late_refunded posts when the PSP confirms it. Raises as submit_refund."""
    capture = Capture.objects.get(pk=capture_id)
    order = RefundOrder(
        refund_id=f"late:{capture.public_id}:{capture.refunds.count() + 1}",
        amount_minor=capture.amount_minor,
        client_id="countroom",
        source=Refund.Source.LATE,
        reason=reason,
    )
    return submit_refund(capture_id=capture_id, order=order, actor=actor, now=now)


def credit_late_money(*, capture_id: UUID, actor: Actor, now: datetime) -> Hold:
    """Give held late money to the player: deposit.late_credited.

    Raises NotInThisState where nothing is held, the player may not be credited, or it is on its way back to the payer.
    """
    with transaction.atomic():
        intent = lock_intent(Capture.objects.values_list("intent_id", flat=True).get(pk=capture_id))
        capture = next(row for row in lock_captures(intent.pk) if row.pk == capture_id)
        hold = Hold.objects.select_for_update().filter(kind=Hold.Kind.LATE_MONEY, ref=capture.public_id).first()
        if hold is None or hold.state != Hold.State.HELD or not intent.player.may_deposit:
            raise NotInThisState(state=str(hold.state) if hold else "none", player_state=intent.player.status)
        if capture.refunding_minor:
            raise NotInThisState("It is on its way back to the payer.", refunding_minor=int(capture.refunding_minor))
        release_to_player(hold, intent, capture, actor=actor, now=now)
    return hold


def release_to_player(hold: Hold, intent: DepositIntent, capture: Capture, *, actor: Actor, now: datetime) -> None:
    book_deposit(
        "deposit.late_credited", intent=intent, capture=capture, occurred_at=now, actor=actor, now=now, gross_minor=hold.amount_minor
    )
    move(hold, "release", actor=actor, now=now, event="deposit.late_credited", extra_fields=["ended_by"], ended_by="deposit.late_credited")
    tell("late_money.settled", capture_id=capture.public_id, intent_id=intent.public_id, outcome="credited", actor=actor, now=now)
