"""How a deposit ends without money: failed, expired, cancelled, voided (C2)."""

from datetime import datetime

from cashier.models import Capture, DepositIntent, DepositReview, DepositState, PspCall
from cashier.operations.calls import answered
from cashier.operations.pending import unsee
from ledger.actors import Actor
from ledger.transitions import move

EDGES = {
    DepositState.FAILED: ("fail", "correct_to_failed", "deposit.failed"),
    DepositState.EXPIRED: ("expire", "correct_to_expired", "deposit.expired"),
    DepositState.CANCELED: ("cancel", "correct_to_canceled", "deposit.canceled"),
    DepositState.VOIDED: ("void", "correct_to_voided", "deposit.voided"),
}


def end_intent(
    *,
    intent: DepositIntent,
    state: DepositState,
    occurred_at: datetime,
    actor: Actor,
    now: datetime,
    decline_code: str = "",
    retry: str = "",
    is_correction: bool = False,
    payload_sha256: str = "",
) -> bool:
    """End an open intent in `state`; what was seen is unseen, captures that wait are refused. False where it has ended or is captured.

    A capture that was never sent is not sent any more; one whose answer is not known is still asked for.

    Needs the intent locked. A pending payment is never voided: it ends as cancelled.
    """
    if not intent.is_open:
        return False
    if state is DepositState.VOIDED and intent.state == DepositState.PENDING:
        state = DepositState.CANCELED
    waiting = intent.captures.select_for_update(of=("self",)).select_related("merchant_account").filter(state=Capture.State.SUBMITTED)
    for capture in waiting.order_by("pk"):
        if capture.is_seen:
            unsee(intent=intent, capture=capture, occurred_at=occurred_at, actor=actor, now=now, payload_sha256=payload_sha256)
        never_sent = capture.call_state == PspCall.CallState.READY
        fields = answered(capture) if never_sent else []
        move(capture, "refuse", actor=actor, now=now, event="deposit.capture_refused", extra_fields=fields)
    if intent.state == DepositState.INITIATED:
        for review in DepositReview.objects.filter(intent=intent, state=DepositReview.State.WAITING):
            move(review, "lapse", actor=actor, now=now, event="review.lapsed")
    plain, corrected, event = EDGES[state]
    edge, event = (corrected, "deposit.status_corrected") if is_correction else (plain, event)
    if state is DepositState.FAILED:
        fields = ["decline_code", "decline_retry"]
        move(intent, edge, actor=actor, now=now, event=event, extra_fields=fields, decline_code=decline_code, retry=retry)
    else:
        move(intent, edge, actor=actor, now=now, event=event)
    return True
