"""Intents that nobody finished end by their rail's deadline, after asking the PSP (C18)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from cashier.locks import lock_intent
from cashier.models import Attempt, Capture, DepositIntent, DepositState, PspCall
from cashier.operations.calls import answered
from cashier.operations.endings import end_intent
from cashier.operations.payer_holds import has_payer_held
from cashier.operations.resolve import resolve_intent
from cashier.operations.voids import has_rest, record_void
from cashier.psp.base import PspFailure
from ledger.actors import system_actor

SWEEPER = system_actor("sweeper")
LOOK_AGAIN_AFTER = timedelta(minutes=15)
ASK_AGAIN_AFTER = timedelta(minutes=1)  # where a PSP or a call gave no answer: outages are short, questions through an open circuit few
REST_BEFORE_END = timedelta(hours=12)
END_TOLD_WITHIN = timedelta(days=2)  # the end of an authorisation whose void was answered
UNANSWERED = ("unknown_to_psp", "cant_be_asked")


def expire_intent(*, intent_id: UUID, now: datetime) -> str:
    """End an intent that is past its time. Returns what became of it.

    1. ask the PSP, with no transaction open: what it holds is booked or followed by the normal path; 2. what is still open
    and unknown there, or still waits for the player, expires; an authorisation is given back first. What is pending on its
    rail is called back: it ends with that, or, where the rail can't, without; should it still be captured, that is late money.
    """
    if has_payer_held(DepositIntent.objects.get(pk=intent_id)):
        return put_off(intent_id, now=now)
    try:
        asked = resolve_intent(intent_id=intent_id, now=now, actor=SWEEPER)
    except PspFailure:
        return put_off(intent_id, now=now, by=ASK_AGAIN_AFTER)
    with transaction.atomic():
        intent = lock_intent(intent_id)
        if not intent.is_open or intent.expires_at > now:
            return asked
        attempts = intent.attempts.select_for_update(of=("self",)).select_related("merchant_account")  # a worker may be taking its call
        attempt = attempts.order_by("-number").first()
        if asked in UNANSWERED and attempt is not None and attempt.call_state != PspCall.CallState.DONE:
            if attempt.call_state != PspCall.CallState.READY:
                return put_off(intent_id, now=now, by=ASK_AGAIN_AFTER)  # sent and unknown there: the call itself is resolved first
            close_unsent(attempt)
        if attempt is not None and asked != "unknown_to_psp" and must_wait_for_void(intent, attempt, now=now):
            return put_off(intent_id, now=now)
        end_intent(intent=intent, state=DepositState.EXPIRED, occurred_at=now, actor=SWEEPER, now=now)
    return "expired"


def must_wait_for_void(intent: DepositIntent, attempt: Attempt, *, now: datetime) -> bool:
    """Give back what is authorised, call back what is pending. False where nothing is to be given back, or the rail refused.

    What is authorised ends with the PSP's word that it is given back; a PSP that answered our void and has told no end since, though its
    time is over, is not waited for any longer.
    """
    if intent.state not in (DepositState.AUTHORIZED, DepositState.PENDING):
        return False
    void = record_void(intent=intent, attempt=attempt, reason="expired", actor=SWEEPER, now=now)
    if void.call_state != PspCall.CallState.DONE:
        return True
    return intent.state == DepositState.AUTHORIZED and now < void.updated_at + END_TOLD_WITHIN


def close_unsent(attempt: Attempt) -> None:
    """An attempt that never left us and that the PSP does not know is over."""
    fields = answered(attempt)
    attempt.outcome, attempt.error = "REFUSED", "expired before it was sent"
    attempt.save(update_fields=[*fields, "outcome"])


def put_off(intent_id: UUID, *, now: datetime, by: timedelta = LOOK_AGAIN_AFTER) -> str:
    """Look again later."""
    with transaction.atomic():
        intent = lock_intent(intent_id)
        intent.next_check_at = now + by
        intent.skip_history_when_saving = True  # type: ignore[attr-defined]
        intent.save(update_fields=["next_check_at"])
        del intent.skip_history_when_saving  # type: ignore[attr-defined]
    return "put off"


def give_back_rest(*, intent_id: UUID, now: datetime) -> bool:
    """Void what is authorised and was never captured of a captured deposit (C5).

    False where nothing is left, or a capture is on its way.
    """
    with transaction.atomic():
        intent = lock_intent(intent_id)
        attempt = intent.attempts.filter(outcome="APPROVED").order_by("-number").first()
        if attempt is None or not has_rest(intent, attempt) or intent.captures.filter(state=Capture.State.SUBMITTED).exists():
            return False
        record_void(intent=intent, attempt=attempt, reason="rest", actor=SWEEPER, now=now)
    return True


def list_rests(*, now: datetime, limit: int) -> list[UUID]:
    """Captured deposits whose authorisation ends soon with something left of it, and that were not voided."""
    other_money = Capture.objects.filter(intent=OuterRef("pk")).exclude(currency=OuterRef("currency"))
    rows = DepositIntent.objects.filter(~Exists(other_money), state=DepositState.CAPTURED, authorised_minor__gt=F("captured_minor"))
    due = rows.filter(authorised_until__lte=now + REST_BEFORE_END, voids=None).order_by("authorised_until")
    return list(due.values_list("pk", flat=True)[:limit])


def list_overdue(*, now: datetime, limit: int) -> list[UUID]:
    """Open intents past their time that are due to be looked at, oldest first."""
    rows = DepositIntent.objects.filter(state__in=("INITIATED", "ACTION_REQUIRED", "AUTHORIZED", "PENDING"), expires_at__lte=now)
    due = rows.exclude(next_check_at__gt=now).order_by("expires_at")
    return list(due.values_list("pk", flat=True)[:limit])
