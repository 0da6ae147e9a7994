"""What an inquiry holds of the player's money, until it ends or becomes a chargeback."""

from datetime import datetime

from disputes.models import Dispute, DisputeMovement
from disputes.operations.movements import book_movement
from ledger.actors import Actor
from ledger.locks import lock_wallet

Kind = DisputeMovement.Kind


def hold_for_inquiry(dispute: Dispute, *, occurred_at: datetime, told_by: str, actor: Actor, now: datetime) -> None:
    """Of what the wallet has, up to the amount; nothing where it has nothing."""
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
