"""One movement of a dispute: its posting and its row, written once (L3, X5)."""

from datetime import datetime
from typing import Any

from disputes.models import Dispute, DisputeMovement
from disputes.refusals import DisputeAmountDiffers
from ledger.actors import Actor
from ledger.operations import Posting, post

Kind = DisputeMovement.Kind
EVENTS = {
    Kind.INQUIRY_HELD: "dispute.inquiry_held",
    Kind.INQUIRY_RELEASED: "dispute.inquiry_released",
    Kind.OPENED: "chargeback.opened",
    Kind.DEBITED: "chargeback.debited",
    Kind.CREDITED: "chargeback.credited",
    Kind.WON: "dispute.won",
    Kind.WITHDRAWN: "dispute.withdrawn",
    Kind.AUTO_REFUNDED: "dispute.auto_refunded",
}


def find_movement(dispute: Dispute, kind: DisputeMovement.Kind, number: int, *, amount_minor: int) -> DisputeMovement | None:
    """The movement if it is booked already. Raises DisputeAmountDiffers where it is booked with another amount."""
    found = dispute.movements.filter(kind=kind, number=number).first()
    if found is not None and found.amount_minor != amount_minor:
        raise DisputeAmountDiffers(booked_minor=found.amount_minor, told_minor=amount_minor, dispute=dispute.public_id)
    return found


def book_movement(
    dispute: Dispute,
    kind: DisputeMovement.Kind,
    *,
    number: int,
    amount_minor: int,
    facts: dict[str, Any],
    occurred_at: datetime,
    told_by: str,
    actor: Actor,
    now: datetime,
    payload_sha256: str = "",
) -> DisputeMovement:
    """Post one movement by the rule of its event, keyed by dispute and number, and keep its row. The dispute is locked."""
    event = EVENTS[kind]
    source = {**holders_of(dispute), "movement": number, **facts}
    posted = post(
        Posting(
            rule=f"{event.replace('.', '_').upper()}@1",
            key=f"{event}:{dispute.public_id}:{number}",
            entity_id=dispute.entity_id,
            source=source,
            occurred_at=occurred_at,
            intent_id=dispute.public_id,
            player_id=dispute.player.public_id,
            payload_sha256=payload_sha256,
        ),
        actor=actor,
        now=now,
    )
    return DisputeMovement.objects.create(
        dispute=dispute,
        kind=kind,
        number=number,
        amount_minor=amount_minor,
        currency=dispute.currency,
        source=source,
        told_by=told_by,
        transaction_id=posted.id,
        occurred_at=occurred_at,
        recorded_at=now,
    )


def holders_of(dispute: Dispute) -> dict[str, Any]:
    """The parties that every posting of this dispute names."""
    return {
        "dispute": dispute.public_id,
        "player": dispute.player.public_id,
        "merchant_account": dispute.merchant_account.public_id,
        "entity": dispute.entity.public_id,
        "asset": dispute.currency,
    }
