"""Sending a payout to its PSP, once (P5, C8): begin (gates, state, commit) / the call with no transaction open / finish."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from cashier.models import PayoutIntent, PayoutState, PspCall
from cashier.operations.calls import Act, answered, lookup, ready, run_call
from cashier.operations.freezing import freeze_payout
from cashier.operations.payouts.books import merchant_account_of
from cashier.operations.payouts.errors import PayoutRefused
from cashier.operations.payouts.gates import check_gates, unseen_reviews
from cashier.operations.payouts.locked import lock_payout
from cashier.operations.payouts.nudges import SEND_TASK
from cashier.operations.payouts.outcomes import fail_payout, settle_payout
from cashier.operations.payouts.release import release_payout
from cashier.operations.payouts.request import refuse_stopped, send_to_review
from cashier.operations.told_amounts import PAYOUT as PAID
from cashier.operations.told_amounts import is_other_currency, tell_told, told_by
from cashier.psp.base import Adapter, Credentials, LookupResult, Outcome, PayoutRequest, PspResult
from ledger.actors import system_actor
from ledger.clock import real_now
from ledger.locks import lock_wallet
from ledger.tracing import current_trace_id
from ledger.transitions import move

ACTOR = system_actor("payout_sender")
# A payout that was taken by the PSP and whose end was never told is asked for after this long (real time).
QUIET = timedelta(hours=1)
NEVER_SENT = "gate_closed"
# What a lookup says of a payout, as the answer that the call would have brought.
OUTCOMES = {
    "SUBMITTED": Outcome.SUBMITTED,
    "PENDING": Outcome.SUBMITTED,
    "SUCCEEDED": Outcome.APPROVED,
    "RETURNED": Outcome.APPROVED,
    "FAILED": Outcome.REFUSED,
}


def submit_payout(*, payout_id: UUID, now: datetime) -> str:
    """Send an approved payout, or ask the PSP for one whose outcome is not known. Returns what became of it, for the log.

    A timeout is an unknown outcome, resolved by asking; the money stays locked until the PSP has said paid or not paid.
    """
    if not begin_payout_submission(payout_id=payout_id, now=now):
        return "nothing to send"
    return run_call(PAYOUT, call_id=payout_id, now=now)


def begin_payout_submission(*, payout_id: UUID, now: datetime) -> bool:
    """APPROVED goes to SUBMITTED with its call READY, committed before anything is sent; the gates are asked once more (P3).

    True where a call is to be made or resolved. A gate that has closed rejects the payout and releases its money; one that asks for a
    person, of what nobody has said yes to, sends it back to review (P4). What waits to be sent, its PSP's circuit open, is asked again
    at each try.
    """
    with transaction.atomic():
        payout = lock_payout(payout_id)
        if payout.state == PayoutState.SUBMITTED:
            return payout.call_state in PspCall.OPEN_CALLS and pass_gates_unsent(payout, now=now)
        if payout.state != PayoutState.APPROVED or not pass_gates_again(payout, now=now):
            return False
        ready(payout)
        payout.trace_id = current_trace_id()
        fields = ["call_state", "next_try_at", "nudged_at", "trace_id", "gates"]
        freeze_payout(payout, moment="submission", now=now)
        move(payout, "submit", actor=ACTOR, now=now, event="payout.submitted", extra_fields=fields)
        return True


def pass_gates_again(payout: PayoutIntent, *, now: datetime) -> bool:
    """True if no gate stops it now, and none asks for a person; else it is rejected and its money released, or waits for that person."""
    wallet = lock_wallet(entity_id=payout.entity_id, player_id=payout.player.public_id, asset=payout.currency)
    gates = check_gates(payout=payout, wallet=wallet, moment="submission", now=now)
    try:
        refuse_stopped(gates)
    except PayoutRefused as refusal:
        payout.call_state = PspCall.CallState.DONE
        fields = ["reason", "call_state", "gates"]
        move(payout, "reject", actor=ACTOR, now=now, event="payout.rejected", extra_fields=fields, reason=refusal.message[:300])
        release_payout(payout, "payout.rejected", occurred_at=now, actor=ACTOR, now=now)
        return False
    if unseen := unseen_reviews(payout, gates):
        payout.save(update_fields=["gates"])
        send_to_review(payout, unseen, maker=ACTOR, now=now)
        return False
    return True


def pass_gates_unsent(payout: PayoutIntent, *, now: datetime) -> bool:
    """True where it may have been sent by now, or no gate stops what was not: under its lock, READY is a call that the PSP never had.

    Else it has failed, never sent, with its reason, and its money is released.
    """
    if payout.call_state != PspCall.CallState.READY:
        return True
    wallet = lock_wallet(entity_id=payout.entity_id, player_id=payout.player.public_id, asset=payout.currency)
    try:
        refuse_stopped(check_gates(payout=payout, wallet=wallet, moment="submission", now=now))
    except PayoutRefused as refusal:
        payout.reason = refusal.message[:300]
        payout.save(update_fields=["gates", "reason"])
        fail_payout(payout_id=payout.pk, decline_code=NEVER_SENT, occurred_at=now, actor=ACTOR, now=now)
        return False
    return True


def send(adapter: Adapter, credentials: Credentials, payout: PayoutIntent) -> PspResult:
    """The call itself: the same key and reference at every try, so that it can't pay twice."""
    request = PayoutRequest(
        idempotency_key=payout.idempotency_key,
        merchant_reference=payout.public_id,
        amount_minor=payout.amount_minor - payout.player_fee_minor,
        currency=payout.currency,
        destination_token=payout.instrument.token,
        trace_id=payout.trace_id,
    )
    return adapter.payout(credentials, request)


def read_lookup(found: LookupResult, payout: PayoutIntent) -> PspResult | None:
    """What the PSP holds for this payout, as an answer; None where it holds nothing that we can read.

    The amount of one that came back is told of what came, not of what was paid: left out.
    """
    movement = found.payout
    state = movement.state if movement is not None else found.state
    if state not in OUTCOMES:
        return None
    stated = movement or found
    return PspResult(
        outcome=OUTCOMES[state],
        psp_ref=found.psp_ref,
        object_ref=movement.object_ref if movement is not None else found.object_ref,
        amount_minor=0 if state == "RETURNED" else stated.amount_minor,
        currency="" if state == "RETURNED" else stated.currency,
        decline_code=found.decline_code,
        occurred_at=movement.occurred_at if movement is not None else found.occurred_at,
    )


def finish_payout_submission(payout_id: UUID, result: PspResult, now: datetime) -> None:
    """Record what the PSP answered: taken (the end comes by event), paid at once, or refused (the money goes back).

    Paid in another currency is a case; nothing is booked on that, and we ask again.
    """
    with transaction.atomic():
        payout = lock_payout(payout_id)
        fields = answered(payout)
        payout.psp_ref = payout.psp_ref or result.object_ref or result.psp_ref
        is_held = payout.state == PayoutState.SUBMITTED and is_paid(result) and is_other_currency(payout, told_by(result))
        if result.outcome == Outcome.SUBMITTED or is_held:
            payout.next_try_at = real_now() + QUIET
        payout.save(update_fields=[*fields, "psp_ref"])
        if is_held:
            tell_told(PAID, payout, told_by(result), occurred_at=result.occurred_at or now, now=now)
        elif payout.state == PayoutState.SUBMITTED:
            end_by_answer(payout_id, result, now=now)


def is_paid(result: PspResult) -> bool:
    return result.outcome in (Outcome.APPROVED, Outcome.CAPTURED)


def end_by_answer(payout_id: UUID, result: PspResult, *, now: datetime) -> None:
    """Settle or fail it where the PSP's word is final."""
    occurred_at = result.occurred_at or now
    if result.outcome in (Outcome.DECLINED, Outcome.REFUSED):
        fail_payout(payout_id=payout_id, decline_code=result.decline_code, occurred_at=occurred_at, actor=ACTOR, now=now)
    elif is_paid(result):
        settle_payout(payout_id=payout_id, occurred_at=occurred_at, actor=ACTOR, now=now, told=told_by(result))


def resolve_payout(*, payout_id: UUID, now: datetime) -> None:
    """Ask the PSP for the end of a payout that it took and that has been quiet for long. Raises PspFailure."""
    payout = PayoutIntent.objects.select_related("merchant_account").get(pk=payout_id)
    if payout.state != PayoutState.SUBMITTED or payout.call_state in PspCall.OPEN_CALLS:
        return
    found = lookup(merchant_account_of(payout), merchant_reference=payout.public_id)
    result = read_lookup(found, payout) if found is not None else None
    finish_payout_submission(payout_id, result or PspResult(Outcome.SUBMITTED), now)


PAYOUT = Act(
    name="payout",
    task=SEND_TASK,
    model=PayoutIntent,
    related=("instrument",),
    reference=lambda payout: str(payout.public_id),
    send=send,
    read=read_lookup,
    finish=finish_payout_submission,
)
