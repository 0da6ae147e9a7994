"""Inquiries, retrievals and fraud reports: they may hold the player's money, by policy, and end without a chargeback."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from disputes.locks import lock_dispute
from disputes.models import Dispute, DisputeMovement, DisputeState
from disputes.operations.movements import book_movement
from ledger.actors import Actor
from ledger.locks import lock_wallet
from ledger.transitions import move

if TYPE_CHECKING:
    from disputes.operations.opening import Notice

Kind = DisputeMovement.Kind


def open_inquiry(notice: "Notice", *, actor: Actor, now: datetime) -> Dispute:
    """Open the case as an inquiry and hold what is there, up to the amount. Told twice: nothing more happens."""
    from disputes.operations.opening import find_or_make

    with transaction.atomic():
        dispute, _ = find_or_make(notice, state=DisputeState.INQUIRY, actor=actor, now=now)
        if dispute.state == DisputeState.INQUIRY and not dispute.movements.filter(kind=Kind.INQUIRY_HELD).exists():
            hold_for_inquiry(dispute, occurred_at=notice.occurred_at, told_by=notice.told_by, actor=actor, now=now)
    return dispute


def hold_for_inquiry(dispute: Dispute, *, occurred_at: datetime, told_by: str, actor: Actor, now: datetime) -> None:
    wallet = lock_wallet(entity_id=dispute.entity_id, player_id=dispute.player.public_id, asset=dispute.currency)
    held_minor = min(wallet.playable, dispute.amount_minor)
    if not held_minor:
        return
    facts = {"held_minor": held_minor}
    book_movement(
        dispute,
        Kind.INQUIRY_HELD,
        number=1,
        amount_minor=held_minor,
        facts=facts,
        occurred_at=occurred_at,
        told_by=told_by,
        actor=actor,
        now=now,
    )
    dispute.held_minor = held_minor
    dispute.save(update_fields=["held_minor"])


def close_inquiry(*, dispute_id: UUID, occurred_at: datetime, told_by: str, actor: Actor, now: datetime) -> Dispute:
    """The inquiry ended without a chargeback: the hold is released. Closed already: nothing. Raises TransitionNotAllowed."""
    with transaction.atomic():
        dispute, _ = lock_dispute(dispute_id)
        if dispute.state == DisputeState.INQUIRY_CLOSED:
            return dispute
        held_minor, dispute.held_minor, dispute.closed_at = dispute.held_minor, 0, occurred_at
        fields = ["held_minor", "closed_at"]
        move(dispute, "close_inquiry", actor=actor, now=now, event="dispute.inquiry_released", extra_fields=fields)
        release_hold(dispute, held_minor, occurred_at=occurred_at, told_by=told_by, actor=actor, now=now)
    return dispute


def release_hold(dispute: Dispute, amount_minor: int, *, occurred_at: datetime, told_by: str, actor: Actor, now: datetime) -> None:
    """What an inquiry held goes back to playable; nothing where nothing is held."""
    if amount_minor:
        facts = {"held_minor": amount_minor}
        book_movement(
            dispute,
            Kind.INQUIRY_RELEASED,
            number=1,
            amount_minor=amount_minor,
            facts=facts,
            occurred_at=occurred_at,
            told_by=told_by,
            actor=actor,
            now=now,
        )
