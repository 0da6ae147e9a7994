"""The PSP's money in a dispute: debited and credited, each movement booked once (X5)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from disputes.locks import lock_dispute
from disputes.models import Dispute, DisputeMovement, DisputeState
from disputes.operations.movements import book_movement, find_movement
from disputes.operations.opening import Notice, find_or_make, last_number, reach_notified, take_from_player
from ledger.actors import Actor
from ledger.transitions import move

Kind = DisputeMovement.Kind
CREDITABLE_STATES = (
    DisputeState.NOTIFIED,
    DisputeState.EVIDENCE,
    DisputeState.SUBMITTED,
    DisputeState.PRE_ARBITRATION,
    DisputeState.ARBITRATION,
)


def debit_dispute(notice: Notice, *, actor: Actor, now: datetime, taken_from: str = "clearing") -> Dispute:
    """The PSP took the money (from what it settles, or from "reserve"). A dispute that we did not know is opened first.

    After a win the issuer goes on: the player is debited again; after a provisional credit he is not, the wallet is touched once.
    Booked already: nothing more. Raises DisputeAmountDiffers, DisputeCurrencyDiffers, Capture.DoesNotExist.
    """
    with transaction.atomic():
        dispute, capture = find_or_make(notice, state=DisputeState.NOTIFIED, actor=actor, now=now)
        if find_movement(dispute, Kind.DEBITED, notice.movement, amount_minor=notice.amount_minor):
            return dispute
        is_next = notice.movement > last_number(dispute)
        reach_notified(dispute, notice, actor=actor, now=now)
        if is_next or not dispute.movements.filter(kind=Kind.OPENED).exists():
            take_from_player(dispute, capture, notice, actor=actor, now=now)
        facts = {"amount_minor": notice.amount_minor, "taken_from": taken_from}
        book_money(dispute, Kind.DEBITED, notice, facts, actor=actor, now=now)
    return dispute


def credit_dispute(notice: Notice, *, actor: Actor, now: datetime) -> Dispute:
    """The PSP gave the money back, provisionally: the player gets nothing yet. Booked already: nothing more.

    Raises DisputeAmountDiffers, DisputeCurrencyDiffers, Capture.DoesNotExist.
    """
    with transaction.atomic():
        dispute, capture = find_or_make(notice, state=DisputeState.NOTIFIED, actor=actor, now=now)
        if find_movement(dispute, Kind.CREDITED, notice.movement, amount_minor=notice.amount_minor):
            return dispute
        if not dispute.movements.filter(kind=Kind.OPENED).exists():
            take_from_player(dispute, capture, notice, actor=actor, now=now)
        book_money(dispute, Kind.CREDITED, notice, {"amount_minor": notice.amount_minor}, actor=actor, now=now)
        if dispute.state in CREDITABLE_STATES:
            move(dispute, "win_provisionally", actor=actor, now=now, event="chargeback.credited")
    return dispute


def book_money(
    dispute: Dispute, kind: DisputeMovement.Kind, notice: Notice, facts: dict[str, object], *, actor: Actor, now: datetime
) -> None:
    book_movement(
        dispute,
        kind,
        number=notice.movement,
        amount_minor=notice.amount_minor,
        facts=facts,
        occurred_at=notice.occurred_at,
        told_by=notice.told_by,
        actor=actor,
        now=now,
        payload_sha256=notice.payload_sha256,
    )


def go_to_pre_arbitration(*, dispute_id: UUID, actor: Actor, now: datetime) -> Dispute:
    """The issuer has answered our answer: the next stage, no money. There already: nothing. Raises TransitionNotAllowed."""
    with transaction.atomic():
        dispute, _ = lock_dispute(dispute_id)
        if dispute.state != DisputeState.PRE_ARBITRATION:
            move(dispute, "go_to_pre_arbitration", actor=actor, now=now, event="dispute.pre_arbitration")
    return dispute
