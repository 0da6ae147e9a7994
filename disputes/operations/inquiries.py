"""Inquiries, retrievals and fraud reports: they may hold the player's money, by policy, and end without a chargeback."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from disputes.locks import lock_dispute
from disputes.models import Dispute, DisputeMovement, DisputeState
from disputes.operations.holds import hold_for_inquiry, release_hold
from disputes.operations.opening import Notice, find_or_make
from ledger.actors import Actor
from ledger.transitions import move


def open_inquiry(notice: Notice, *, actor: Actor, now: datetime) -> Dispute:
    """Open the case as an inquiry and hold what is there, up to the amount. Told twice: nothing more happens."""
    with transaction.atomic():
        dispute, _ = find_or_make(notice, state=DisputeState.INQUIRY, actor=actor, now=now)
        if dispute.state == DisputeState.INQUIRY and not dispute.movements.filter(kind=DisputeMovement.Kind.INQUIRY_HELD).exists():
            hold_for_inquiry(dispute, occurred_at=notice.occurred_at, told_by=notice.told_by, actor=actor, now=now)
    return dispute


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
