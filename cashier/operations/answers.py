"""The answer to an authorisation, recorded: step three of C8, whether it came from our call, or from asking."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from cashier.decisions import Step, step_for
from cashier.locks import lock_intent
from cashier.models import Attempt, DepositIntent, DepositState, Instrument, PspCall
from cashier.operations.calls import Act, answered
from cashier.operations.completions import RETURNED, send_completion
from cashier.operations.credits import CaptureProof, credit_capture
from cashier.operations.endings import end_intent
from cashier.operations.lookups import payment_result
from cashier.operations.payers import is_held, note_payer
from cashier.operations.pending import see
from cashier.operations.routing.cascade import follow_up
from cashier.operations.voids import record_void
from cashier.psp.base import Adapter, AuthorizeRequest, Credentials, LookupResult, Outcome, PspResult, Retry
from cashier.queries.rails import get_rail
from cashier.risk import without_payer
from cashier.routing.caps import advice_in
from ledger.actors import Actor, system_actor
from ledger.transitions import move

PSP = system_actor("psp")
# A player waits for it: what the open circuit kept from being sent is over, and may be tried at another PSP (C9).
NOT_SENT = PspResult(Outcome.REFUSED, decline_code="psp_unavailable", retry=Retry.OTHER_PSP)
# What an answer still means for an attempt that another one followed.
STEPS_BEHIND = {
    Step.CAPTURE: Step.CAPTURE,
    Step.AUTHORIZE: Step.GIVE_BACK,
    Step.REQUIRE_ACTION: Step.GIVE_BACK,
    Step.GIVE_BACK: Step.GIVE_BACK,
}
DATA_FIELDS = ("psp_ref", "decline_code", "eci", "cavv", "ds_trans_id", "three_ds_version", "avs", "cvv")


def send_authorization(adapter: Adapter, credentials: Credentials, attempt: Attempt) -> PspResult:
    """Our intent is the merchant reference of the payment (C1). Once its challenge is over, what that brought is handed on (C13)."""
    if RETURNED in attempt.device:
        return send_completion(adapter, credentials, attempt)
    request = AuthorizeRequest(
        idempotency_key=attempt.idempotency_key,
        merchant_reference=attempt.intent.public_id,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        payment_token=attempt.payment_token,
        capture=attempt.capture_mode,
        method=attempt.intent.method,
        return_url=attempt.intent.return_url,
        device=attempt.device,
        trace_id=attempt.trace_id,
        challenge=attempt.has_challenge,
    )
    return adapter.authorize(credentials, request)


def read_authorization(found: LookupResult, attempt: Attempt) -> PspResult | None:
    """The payment of this very attempt; another attempt of the same intent has another key, and another payment at the PSP."""
    others = Attempt.objects.filter(intent_id=attempt.intent_id, merchant_account_id=attempt.merchant_account_id).exclude(pk=attempt.pk)
    is_other = found.merchant_reference not in ("", attempt.intent.public_id) or found.idempotency_key not in ("", attempt.idempotency_key)
    if is_other or others.filter(psp_ref=found.psp_ref or "-").exists():
        return None
    return payment_result(found)


def finish_authorization(attempt_id: UUID, result: PspResult, now: datetime, *, actor: Actor = PSP, is_correction: bool = False) -> None:
    """Record what the PSP said of an attempt, and take the step that follows from it. Asked twice, it changes nothing twice."""
    with transaction.atomic():
        intent, attempt = lock_attempt(attempt_id)
        record_answer(attempt, result, now=now)
        take_step(intent, attempt, result, actor=actor, now=now, is_correction=is_correction)


def refuse_unsent(attempt_id: UUID, now: datetime) -> bool:
    """End an attempt that an open circuit kept from being sent. False, and nothing done, where the PSP has or may have it by now.

    Between the circuit's word and this one another worker may have sent it: to refuse it then would try another PSP beside a charge.
    """
    with transaction.atomic():
        intent, attempt = lock_attempt(attempt_id)
        if attempt.call_state != PspCall.CallState.READY or attempt.psp_ref:
            return False
        record_answer(attempt, NOT_SENT, now=now)
        take_step(intent, attempt, NOT_SENT, actor=PSP, now=now)
    return True


def lock_attempt(attempt_id: UUID) -> tuple[DepositIntent, Attempt]:
    """Intent and attempt, locked in this order."""
    intent = lock_intent(Attempt.objects.values_list("intent_id", flat=True).get(pk=attempt_id))
    attempts = Attempt.objects.select_for_update(of=("self",)).select_related("merchant_account", "instrument")
    attempt = attempts.get(pk=attempt_id)
    attempt.intent = intent
    return intent, attempt


def record_answer(attempt: Attempt, result: PspResult, *, now: datetime) -> None:
    """The attempt's data: the PSP's reference, outcome, 3-DS and check results; what is stated once is not blanked later."""
    for name in DATA_FIELDS:
        if value := getattr(result, name):
            setattr(attempt, name, value)
    attempt.outcome, attempt.decline_retry = str(result.outcome), result.retry or attempt.decline_retry
    attempt.answer, attempt.updated_at = without_payer(result.raw), now
    note_payer(attempt, result.raw, now=now)
    attempt.advice = advice_in(result.raw) or attempt.advice
    if result.outcome is Outcome.ACTION_REQUIRED and get_rail(attempt.intent.method).has_authorization:
        attempt.is_challenged = True
    fields = answered(attempt)
    attempt.save(
        update_fields=[*DATA_FIELDS, "outcome", "decline_retry", "advice", "is_challenged", "payer", "answer", "updated_at", *fields]
    )


def take_step(
    intent: DepositIntent, attempt: Attempt, result: PspResult, *, actor: Actor, now: datetime, is_correction: bool = False
) -> None:
    """Move the intent as the answer says, by rank, never backwards (C2). Needs the intent locked.

    An attempt that another one followed says nothing of the intent any more, but for money: what it took is booked, what it holds is
    given back (C11).
    """
    occurred_at = result.occurred_at or now
    step = step_for(str(intent.state), result.outcome)
    if intent.attempts.filter(number__gt=attempt.number).exists():  # however far the intent is by another one
        step = STEPS_BEHIND.get(step_for(DepositState.INITIATED, result.outcome), Step.RECORD)
    match step:
        case Step.AUTHORIZE:
            authorize(intent, attempt, result, actor=actor, now=now, is_correction=is_correction)
        case Step.PEND:
            see(intent=intent, attempt=attempt, occurred_at=occurred_at, actor=actor, now=now, is_correction=is_correction)
        case Step.CAPTURE:
            proof = CaptureProof(result.object_ref or attempt.psp_ref, result.amount_minor, result.currency, occurred_at)
            credit_capture(intent=intent, attempt=attempt, proof=proof, actor=actor, now=now, is_correction=is_correction)
        case Step.REQUIRE_ACTION:
            move(
                intent,
                "require_action",
                actor=actor,
                now=now,
                event="deposit.action_required",
                extra_fields=["action"],
                action=result.action or {},
            )
        case Step.FAIL:
            if not is_correction and follow_up(intent, attempt, result, now=now) is not None:
                return
            end_intent(
                intent=intent,
                state=DepositState.FAILED,
                occurred_at=occurred_at,
                actor=actor,
                now=now,
                decline_code=result.decline_code or "refused",
                retry=result.retry,
                is_correction=is_correction,
            )
        case Step.GIVE_BACK:
            record_void(intent=intent, attempt=attempt, reason="ended", actor=actor, now=now)
        case Step.RECORD:
            pass


def authorize(intent: DepositIntent, attempt: Attempt, result: PspResult, *, actor: Actor, now: datetime, is_correction: bool) -> None:
    """AUTHORIZED: how much, and until when it can be captured (data of the rail)."""
    rail = get_rail(intent.method)
    intent.authorised_minor = min(result.amount_minor or attempt.amount_minor, attempt.amount_minor)
    intent.authorised_until = now + timedelta(days=rail.authorised_days)
    intent.expires_at = intent.authorised_until
    edge, event = ("correct_to_authorized", "deposit.status_corrected") if is_correction else ("authorize", "deposit.authorized")
    move(intent, edge, actor=actor, now=now, event=event, extra_fields=["authorised_minor", "authorised_until", "expires_at"])
    if not is_held(attempt):
        trust_instrument(attempt.instrument, actor=actor, now=now)


def trust_instrument(instrument: Instrument | None, *, actor: Actor, now: datetime) -> None:
    """An instrument that was authorised once is verified (C24)."""
    if instrument is not None and instrument.state == Instrument.State.UNVERIFIED:
        instrument.verified_at = now
        move(instrument, "verify", actor=actor, now=now, event="instrument.verified", extra_fields=["verified_at"])


AUTHORIZE = Act(
    name="authorize",
    task="cashier.tasks.psp.authorize",
    model=Attempt,
    related=("intent",),
    reference=lambda attempt: attempt.intent.public_id,
    send=send_authorization,
    read=read_authorization,
    finish=finish_authorization,
    refuse=refuse_unsent,
)
