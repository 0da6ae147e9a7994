"""How a void ends: given back, or refused because the money was taken after all (C5, C20).

    SENT ──voided──> DONE
      └─ refused ─> UNKNOWN, REFUSED ──the PSP is asked what it holds, that is booked──> DONE

A refusal says that there is money which we may not hold, of an intent that may have ended: nobody else would ask for it. So its call
stays open until the question is answered, and the sweeper finds it where a worker died or the PSP gave no answer.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from cashier.locks import lock_intent
from cashier.models import DepositIntent, DepositState, PspCall, Void
from cashier.operations.calls import LEASE_MARGIN, Act, answered, lookup, put_back, save_call
from cashier.operations.endings import end_intent
from cashier.operations.resolve import apply_lookup
from cashier.operations.voids import TASK, read_void, send_void
from cashier.psp.base import LookupNotOffered, LookupResult, Outcome, PspFailure, PspResult
from ledger.actors import system_actor
from ledger.clock import real_now

PSP = system_actor("psp")
# Ends that a void brings about, by its reason; the rest of a captured payment ends nothing.
ENDS = {"expired": DepositState.EXPIRED}


def finish_void(void_id: UUID, result: PspResult, now: datetime) -> None:
    """Record the answer to a void. Refused because it was captured after all: asked what it holds, with no transaction open, the money
    is booked by the normal path and, where a caller wanted it back, refunded."""
    if record_void_answer(void_id, result, now):
        book_what_it_holds(void_id, now)


def record_void_answer(void_id: UUID, result: PspResult, now: datetime) -> bool:
    """The row's outcome, and the intent's end. True where it was refused: its call stays open, under a lease, for the question."""
    with transaction.atomic():
        intent = lock_intent(Void.objects.values_list("intent_id", flat=True).get(pk=void_id))
        void = Void.objects.select_for_update(of=("self",)).select_related("merchant_account").get(pk=void_id)
        if void.call_state == PspCall.CallState.DONE:
            return False
        is_taken = result.outcome is Outcome.SUBMITTED  # its end comes by event
        is_voided = result.outcome is Outcome.APPROVED
        is_refused = not is_taken and not is_voided
        void.outcome = "" if is_taken else Void.Outcome.VOIDED if is_voided else Void.Outcome.REFUSED
        void.updated_at = now
        fields = answered(void)
        if is_refused:
            void.call_state = PspCall.CallState.UNKNOWN
            void.next_try_at = real_now() + timedelta(seconds=void.merchant_account.timeout_seconds) + LEASE_MARGIN
        void.save(update_fields=["outcome", "updated_at", *fields])
        is_behind = intent.attempts.filter(number__gt=void.attempt.number).exists()  # then it says nothing of the intent (C11)
        if is_voided and not is_behind and intent.state in (DepositState.AUTHORIZED, DepositState.PENDING):
            end = ENDS.get(void.reason, DepositState.VOIDED)
            end_intent(intent=intent, state=end, occurred_at=result.occurred_at or now, actor=PSP, now=now)
    return is_refused


def book_what_it_holds(void_id: UUID, now: datetime) -> None:
    """Ask for the very payment that could not be voided, bring ours up to it, and only then end the call. No answer: asked again later."""
    void = Void.objects.select_related("merchant_account", "attempt", "intent").get(pk=void_id)
    try:
        found = payment_of(void)
        if found is not None:
            apply_lookup(void.attempt_id, found, now=now, actor=PSP)
    except LookupNotOffered:
        pass  # its provider tells what it took, by its notifications (C16)
    except PspFailure as failure:
        put_back(Void, void_id, failure, state=PspCall.CallState.UNKNOWN)
        return
    with transaction.atomic():
        void = Void.objects.select_for_update(of=("self",)).get(pk=void_id)
        save_call(void, *answered(void))


def payment_of(void: Void) -> LookupResult | None:
    """By the PSP's own reference, where we were given it: another attempt at the same PSP has our reference too (C11).

    Raises PspFailure, LookupNotOffered.
    """
    ours = DepositIntent(pk=void.intent_id).public_id
    reference = {"psp_ref": void.attempt.psp_ref} if void.attempt.psp_ref else {"merchant_reference": ours}
    found = lookup(void.merchant_account, **reference)
    return found if found is not None and found.merchant_reference in ("", ours) else None


VOID = Act(
    name="void",
    task=TASK,
    model=Void,
    related=("intent", "attempt"),
    reference=lambda void: void.intent.public_id,
    send=send_void,
    read=read_void,
    finish=finish_void,
)
