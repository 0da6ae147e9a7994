"""A captured deposit that goes back: a capture that fails late, a rail that returns it (C5, C21)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cashier.bonuses.endings import forfeit_of_deposit
from cashier.locks import lock_captures, lock_intent
from cashier.models import Capture, DepositIntent, Hold
from cashier.operations.bookings import book_deposit, split_taken
from cashier.operations.cases import raise_deposit_case
from ledger.actors import Actor
from ledger.transitions import move


def fail_capture_late(*, capture_id: UUID, occurred_at: datetime, actor: Actor, now: datetime, payload_sha256: str = "") -> bool:
    """A credited capture failed at the PSP: deposit.capture_failed, case CAPTURE_FAILED_AFTER_CREDIT.

    False where it is not held as succeeded.
    """
    return _take_back(
        capture_id, "fail_late", "deposit.capture_failed", "CAPTURE_FAILED_AFTER_CREDIT", "", occurred_at, actor, now, payload_sha256
    )


def return_deposit(
    *, capture_id: UUID, return_ref: str, occurred_at: datetime, actor: Actor, now: datetime, payload_sha256: str = ""
) -> bool:
    """Its rail took it back: playable as far as it goes, the rest owed (deposit.returned), case DEPOSIT_RETURNED (C21)."""
    return _take_back(
        capture_id, "be_returned", "deposit.returned", "DEPOSIT_RETURNED", return_ref, occurred_at, actor, now, payload_sha256
    )


def _take_back(
    capture_id: UUID, edge: str, event: str, code: str, suffix: str, occurred_at: datetime, actor: Actor, now: datetime, payload_sha256: str
) -> bool:
    with transaction.atomic():
        intent = lock_intent(Capture.objects.values_list("intent_id", flat=True).get(pk=capture_id))
        capture = next(row for row in lock_captures(intent.pk) if row.pk == capture_id)
        if capture.state != Capture.State.SUCCEEDED:
            return False
        parts = split(intent, capture)
        book_deposit(
            event,
            intent=intent,
            capture=capture,
            suffix=suffix,
            occurred_at=occurred_at,
            actor=actor,
            now=now,
            payload_sha256=payload_sha256,
            gross_minor=capture.amount_minor,
            player_fee_minor=capture.player_fee_minor,
            locked_minor=parts["locked_minor"],
            playable_minor=parts["playable_minor"],
            receivable_minor=parts["receivable_minor"],
        )
        take_hold(capture, event, actor=actor, now=now)
        forfeit_of_deposit(deposit_ref=intent.public_id, reason=event, actor=actor, now=now)
        capture.returned_minor = capture.amount_minor
        intent.returned_minor += capture.amount_minor if intent.counts(capture) else 0
        intent.updated_at = now
        intent.save(update_fields=["returned_minor", "updated_at"])
        move(capture, edge, actor=actor, now=now, event=event, extra_fields=["returned_minor"])
        raise_deposit_case(
            code,
            intent=intent,
            account=capture.merchant_account,
            psp_ref=capture.attempt.psp_ref,
            amount_minor=capture.amount_minor,
            occurred_at=occurred_at,
            about=capture.public_id,
            facts=dict(parts),
            capture=capture,
            now=now,
        )
    return True


def split(intent: DepositIntent, capture: Capture) -> dict[str, int]:
    """What is taken from where, under the wallet's lock: the hold of this very capture first."""
    hold = free_hold(capture)
    return split_taken(
        entity_id=intent.entity_id,
        player=intent.player,
        currency=capture.currency,
        amount_minor=capture.amount_minor - capture.player_fee_minor,
        held_minor=hold.amount_minor if hold else 0,
    )


def take_hold(capture: Capture, event: str, *, actor: Actor, now: datetime) -> None:
    hold = free_hold(capture)
    if hold is not None:
        move(hold, "take", actor=actor, now=now, event=event, extra_fields=["ended_by"], ended_by=event)


def free_hold(capture: Capture) -> Hold | None:
    """Late money of this capture that waits, locked; not what a refund is sending back: that leaves by the refund, or stays with it."""
    held = Hold.objects.select_for_update().filter(kind=Hold.Kind.LATE_MONEY, ref=capture.public_id, state=Hold.State.HELD)
    return None if capture.refunding_minor else held.first()
