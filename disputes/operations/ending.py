"""How a dispute ends: won for good, lost, accepted, expired, withdrawn, or refunded by the scheme (X1, X5)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cashier.models import Capture
from cashier.operations.disputed import change_disputed
from cashier.operations.kept_locked import keep_locked
from disputes.locks import lock_dispute
from disputes.models import Dispute, DisputeMovement, DisputeState
from disputes.operations.movements import book_movement
from disputes.operations.splits import split_winning
from disputes.queries import open_debt, written_off
from disputes.refusals import DisputeStateConflict
from ledger.actors import Actor
from ledger.locks import lock_wallet
from ledger.transitions import move

Kind = DisputeMovement.Kind


def win_dispute(*, dispute_id: UUID, occurred_at: datetime, told_by: str, actor: Actor, now: datetime, payload_sha256: str = "") -> Dispute:
    """Won for good: debts of this dispute first, then what was written off, our fee, the rest to the player. Won already: nothing.

    Raises TransitionNotAllowed for one that has ended otherwise.
    """
    return give_back(dispute_id, "win", Kind.WON, occurred_at, told_by, actor, now, payload_sha256)


def withdraw_dispute(
    *, dispute_id: UUID, occurred_at: datetime, told_by: str, actor: Actor, now: datetime, payload_sha256: str = ""
) -> Dispute:
    """The issuer took it back: as won. Withdrawn already: nothing. Raises TransitionNotAllowed."""
    return give_back(dispute_id, "withdraw", Kind.WITHDRAWN, occurred_at, told_by, actor, now, payload_sha256)


def give_back(
    dispute_id: UUID,
    transition: str,
    kind: DisputeMovement.Kind,
    occurred_at: datetime,
    told_by: str,
    actor: Actor,
    now: datetime,
    payload_sha256: str,
) -> Dispute:
    with transaction.atomic():
        dispute, capture = lock_dispute(dispute_id)
        if dispute.state == kind.value:
            return dispute
        amount_minor, dispute.closed_at = dispute.disputed_minor, occurred_at
        dispute.disputed_minor = 0
        event = f"dispute.{kind.value.lower()}"
        move(dispute, transition, actor=actor, now=now, event=event, extra_fields=["closed_at", "disputed_minor"])
        if amount_minor:
            book_giving_back(dispute, kind, amount_minor, occurred_at, told_by, actor, now, payload_sha256)
            change_disputed(capture=capture, by_minor=-amount_minor, actor=actor, now=now)
    return dispute


def book_giving_back(
    dispute: Dispute,
    kind: DisputeMovement.Kind,
    amount_minor: int,
    occurred_at: datetime,
    told_by: str,
    actor: Actor,
    now: datetime,
    payload_sha256: str,
) -> None:
    """The split over debts is decided with the wallet locked, so that nobody collects or writes off meanwhile."""
    lock_wallet(entity_id=dispute.entity_id, player_id=dispute.player.public_id, asset=dispute.currency)
    opening = dispute.movements.filter(kind=Kind.OPENED).order_by("-number").first()
    number = opening.number if opening is not None else 1
    split = split_winning(
        amount_minor,
        owed_minor=open_debt(dispute),
        lost_minor=written_off(dispute),
        fee_minor=int(opening.source["fee_minor"]) if opening is not None else 0,
    )
    facts = {**split, "credit_to": "playable" if dispute.player.is_creditable else "locked"}
    if facts["credit_to"] == "locked" and split["rest_minor"]:
        keep_dispute_locked(dispute, split["rest_minor"], why=f"dispute.{kind.value.lower()}", now=now)
    book_movement(
        dispute,
        kind,
        number=number,
        amount_minor=amount_minor,
        facts=facts,
        occurred_at=occurred_at,
        told_by=told_by,
        actor=actor,
        now=now,
        payload_sha256=payload_sha256,
    )


def keep_dispute_locked(dispute: Dispute, amount_minor: int, *, why: str, now: datetime) -> None:
    keep_locked(
        player=dispute.player,
        ref=dispute.public_id,
        target_kind="dispute",
        merchant_account=dispute.merchant_account,
        amount_minor=amount_minor,
        currency=dispute.currency,
        psp_reference=dispute.psp_ref,
        why=why,
        now=now,
    )


def lose_dispute(*, dispute_id: UUID, occurred_at: datetime, actor: Actor, now: datetime) -> Dispute:
    """Lost: the PSP has the money, nothing is posted. Lost already: nothing. Raises TransitionNotAllowed."""
    return end(dispute_id, "lose", DisputeState.LOST, occurred_at, actor, now)


def close_accepted(*, dispute_id: UUID, occurred_at: datetime, actor: Actor, now: datetime) -> Dispute:
    """We gave it up and the PSP has taken note. Accepted already: nothing. Raises TransitionNotAllowed."""
    return end(dispute_id, "accept", DisputeState.ACCEPTED, occurred_at, actor, now)


def expire_dispute(*, dispute_id: UUID, occurred_at: datetime, actor: Actor, now: datetime) -> Dispute:
    """The time to answer passed, on the PSP's word. Expired already: nothing. Raises TransitionNotAllowed."""
    return end(dispute_id, "expire", DisputeState.EXPIRED, occurred_at, actor, now)


def end(dispute_id: UUID, transition: str, state: DisputeState, occurred_at: datetime, actor: Actor, now: datetime) -> Dispute:
    with transaction.atomic():
        dispute, _ = lock_dispute(dispute_id)
        if dispute.state != state:
            dispute.closed_at = occurred_at
            move(dispute, transition, actor=actor, now=now, event=f"dispute.{state.value.lower()}", extra_fields=["closed_at"])
    return dispute


def auto_refund_dispute(
    *, dispute_id: UUID, occurred_at: datetime, told_by: str, actor: Actor, now: datetime, payload_sha256: str = ""
) -> Dispute:
    """The scheme refunded it before it became a chargeback: taken from hold, playable, the rest owed. Done already: nothing.

    Raises DisputeStateConflict where a chargeback has been opened already.
    """
    with transaction.atomic():
        dispute, capture = lock_dispute(dispute_id)
        if dispute.state == DisputeState.AUTO_REFUNDED:
            return dispute
        if dispute.disputed_minor:
            raise DisputeStateConflict("A chargeback has been opened already.", state=dispute.state)
        dispute.closed_at = occurred_at
        move(dispute, "auto_refund", actor=actor, now=now, event="dispute.auto_refunded", extra_fields=["closed_at"])
        book_auto_refund(dispute, capture, occurred_at, told_by, actor, now, payload_sha256)
    return dispute


def book_auto_refund(
    dispute: Dispute, capture: Capture, occurred_at: datetime, told_by: str, actor: Actor, now: datetime, payload_sha256: str
) -> None:
    wallet = lock_wallet(entity_id=dispute.entity_id, player_id=dispute.player.public_id, asset=dispute.currency)
    held_minor = min(dispute.held_minor, dispute.amount_minor)
    playable_minor = min(wallet.playable, dispute.amount_minor - held_minor)
    facts = {
        "amount_minor": dispute.amount_minor,
        "held_minor": held_minor,
        "playable_minor": playable_minor,
        "receivable_minor": dispute.amount_minor - held_minor - playable_minor,
    }
    book_movement(
        dispute,
        Kind.AUTO_REFUNDED,
        number=1,
        amount_minor=dispute.amount_minor,
        facts=facts,
        occurred_at=occurred_at,
        told_by=told_by,
        actor=actor,
        now=now,
        payload_sha256=payload_sha256,
    )
    dispute.held_minor, dispute.disputed_minor = 0, dispute.amount_minor
    dispute.save(update_fields=["held_minor", "disputed_minor"])
    change_disputed(capture=capture, by_minor=dispute.amount_minor, actor=actor, now=now)
