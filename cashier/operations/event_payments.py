"""What events of payments do (C2, C3, C5, W1)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cashier.locks import lock_intent
from cashier.models import Attempt, Capture, DepositIntent, DepositState, Instrument, PspCall, PspEvent
from cashier.operations.answers import record_answer
from cashier.operations.cases import raise_deposit_case
from cashier.operations.credits import Credited, credit_capture
from cashier.operations.endings import end_intent
from cashier.operations.event_objects import about_told
from cashier.operations.event_values import AMOUNT_DIFFERS, Answer, BadEvent, NotYet
from cashier.operations.lookups import payment_result, proof_of, succeeded_captures
from cashier.operations.payer_holds import is_payer_held
from cashier.operations.resolve import apply_lookup
from cashier.operations.taken_back import fail_capture_late, return_deposit
from cashier.psp.base import LookupResult
from ledger.actors import Actor
from ledger.ids import BadPublicId
from ledger.transitions import move


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of a payment with what it names, as its effect needs it."""

    event: PspEvent
    intent: DepositIntent
    attempt: Attempt
    answer: Answer
    actor: Actor
    now: datetime


def payment_effect(event: PspEvent, answer: Answer, *, actor: Actor, now: datetime) -> str:
    if event.intent_ref.startswith(Instrument.PREFIX):
        return "ignored: the verification of an instrument"
    intent = lock_intent(find_intent(event).pk)
    attempt = find_attempt(event, intent)  # behind the lock: whoever held it may have changed the attempts
    if not is_of_its_currency(event, intent):
        raise BadEvent(f"currency {event.currency}, the deposit is in {intent.currency}")
    heard = Heard(event, intent, attempt, answer, actor, now)
    return PAYMENT_EFFECTS[event.event](heard)


def is_of_its_currency(event: PspEvent, intent: DepositIntent) -> bool:
    """Whether it is about money that the deposit asked for or took. A capture in another currency is for our own lookup to say."""
    if event.currency in ("", intent.currency) or event.event == "payment.captured":
        return True
    return intent.captures.filter(currency=event.currency).exists()


def find_intent(event: PspEvent) -> DepositIntent:
    try:
        found = DepositIntent.objects.filter(pk=DepositIntent.id_of(event.intent_ref)).first()
    except BadPublicId:
        found = None
    if found is None:
        raise NotYet(f"no deposit {event.intent_ref or '(none named)'}")
    return found


def find_attempt(event: PspEvent, intent: DepositIntent) -> Attempt:
    """The attempt that the event speaks of; an event signed by another account than its own is a dead letter (W1)."""
    attempts = list(intent.attempts.select_related("merchant_account", "instrument").order_by("-number"))
    if not attempts:
        raise NotYet(f"{intent.public_id} has no attempt")
    named = [attempt for attempt in attempts if event.psp_ref and attempt.psp_ref == event.psp_ref]
    here = [attempt for attempt in attempts if attempt.merchant_account_id == event.merchant_account_id]
    attempt = (named or here or attempts)[0]
    if attempt.merchant_account_id != event.merchant_account_id:
        raise BadEvent(f"signed by {event.merchant_account.code}, the attempt is at {attempt.merchant_account.code}")
    return attempt


def hear_progress(heard: Heard) -> str:
    """authorized, pending: what the lookup says is applied, by rank."""
    if not heard.answer.was_asked:
        return "ignored: not ahead of what we hold"
    found = heard.answer.found
    result = payment_result(found) if found else None
    if found is None or result is None:
        raise NotYet("the PSP does not hold it yet")
    if is_other_amount(heard.event, found.amount_minor, found.currency):
        return tell_differs(heard, found.amount_minor, found.currency)
    return apply_lookup(heard.attempt.pk, found, now=heard.now, actor=heard.actor)


def hear_captured(heard: Heard) -> str:
    """captured: credited only for what our own lookup holds, with the event's amount (C3)."""
    if not heard.answer.was_asked:
        return hear_held(heard, find_capture(heard.event))
    found = heard.answer.found
    captures = succeeded_captures(found) if found else []
    named = [capture for capture in captures if heard.event.capture_ref in ("", capture.object_ref)]
    if not named:
        raise NotYet("the PSP does not hold this capture yet")
    if is_other_amount(heard.event, named[0].amount_minor, named[0].currency):
        return tell_differs(heard, named[0].amount_minor, named[0].currency)
    keep_reference(heard, found)
    proof = proof_of(named[0], payload_sha256=heard.event.body_sha256)
    outcome, capture = credit_capture(intent=heard.intent, attempt=heard.attempt, proof=proof, actor=heard.actor, now=heard.now)
    return hear_held(heard, capture) if outcome is Credited.ALREADY else str(outcome)


def hear_held(heard: Heard, capture: Capture | None) -> str:
    """A capture that we hold: news only where another amount is told of it."""
    if capture is not None and is_other_amount(heard.event, int(capture.amount_minor), capture.currency):
        return tell_differs(heard, int(capture.amount_minor), capture.currency)
    return "ignored: held already"


def keep_reference(heard: Heard, found: LookupResult | None) -> None:
    """The attempt learns from the lookup what it became, with its 3-DS data."""
    result = payment_result(found) if found else None
    if result is not None and heard.attempt.outcome != str(result.outcome):
        record_answer(heard.attempt, result, now=heard.now)


def hear_end(state: DepositState) -> Callable[[Heard], str]:
    """failed, expired, canceled, voided: an end by rank; one that names a capture acts on the capture (C2, C5)."""

    def hear(heard: Heard) -> str:
        event = heard.event
        capture = find_capture(event)
        if capture is not None and event.event == "payment.failed" and not is_payer_held(capture):
            return fail_capture(heard, capture)
        if heard.intent.attempts.filter(number__gt=heard.attempt.number).exists():
            return "ignored: another attempt followed"
        if state is DepositState.FAILED and heard.attempt.call_state in PspCall.OPEN_CALLS:
            raise NotYet("the answer to our own call says what follows")
        ended = end_intent(
            intent=heard.intent,
            state=state,
            occurred_at=event.occurred_at,
            actor=heard.actor,
            now=heard.now,
            decline_code="failed_at_psp" if state is DepositState.FAILED else "",
            payload_sha256=event.body_sha256,
        )
        return event.event if ended else "ignored: not ahead of what we hold"

    return hear


def find_capture(event: PspEvent) -> Capture | None:
    if not event.capture_ref:
        return None
    return Capture.objects.filter(merchant_account=event.merchant_account, psp_ref=event.capture_ref).first()


def fail_capture(heard: Heard, capture: Capture) -> str:
    """The whole capture was not taken, or its failure takes nothing back: of another amount a person decides."""
    if capture.state == Capture.State.SUBMITTED and not capture.is_seen:
        move(capture, "refuse", actor=heard.actor, now=heard.now, event="deposit.capture_refused")
        return "deposit.capture_refused"
    if is_other_amount(heard.event, int(capture.amount_minor), capture.currency):
        return tell_differs(heard, int(capture.amount_minor), capture.currency)
    done = fail_capture_late(
        capture_id=capture.pk,
        occurred_at=heard.event.occurred_at,
        actor=heard.actor,
        now=heard.now,
        payload_sha256=heard.event.body_sha256,
    )
    return "deposit.capture_failed" if done else "ignored: the capture has ended"


def hear_returned(heard: Heard) -> str:
    """returned: the whole capture goes back, or nothing does: of another amount a person decides (C21)."""
    capture = find_returned(heard)
    if is_payer_held(capture):  # it was never credited: it ends as a pending that went back
        return hear_end(DepositState.FAILED)(heard)
    if is_other_amount(heard.event, int(capture.amount_minor), capture.currency):
        return tell_differs(heard, int(capture.amount_minor), capture.currency)
    done = return_deposit(
        capture_id=capture.pk,
        return_ref=heard.event.movement or "1",
        occurred_at=heard.event.occurred_at,
        actor=heard.actor,
        now=heard.now,
        payload_sha256=heard.event.body_sha256,
    )
    return "deposit.returned" if done else "ignored: the capture has ended"


def find_returned(heard: Heard) -> Capture:
    """The capture that the event names; where it names none the deposit's only one, or the only one of its amount."""
    if (named := find_capture(heard.event)) is not None:
        return named
    held = list(heard.intent.captures.filter(state=Capture.State.SUCCEEDED))
    if not held:
        raise NotYet("no capture to return")
    meant = held if len(held) == 1 else [capture for capture in held if capture.amount_minor == heard.event.amount_minor]
    if len(meant) != 1:
        raise BadEvent(f"names none of {len(held)} captures")
    return meant[0]


def is_other_amount(event: PspEvent, held_minor: int, currency: str) -> bool:
    """Whether the event states an amount, and another than this."""
    is_same = event.amount_minor == held_minor and currency in ("", event.currency)
    return event.amount_minor is not None and not is_same


def tell_differs(heard: Heard, held_minor: int, currency: str) -> str:
    """The event's amount is not the PSP's own: a case, never a credit (C3). At risk is the difference; in another currency, all of it.

    Of a capture it is the case of the settlement line that says the same.
    """
    event, told_minor = heard.event, heard.event.amount_minor or 0
    is_other_currency = currency not in ("", event.currency)
    raise_deposit_case(
        "CURRENCY_DIFFERS" if is_other_currency else "GROSS_AMOUNT_DIFFERS",
        intent=heard.intent,
        account=event.merchant_account,
        psp_ref=heard.attempt.psp_ref or event.psp_ref,
        amount_minor=told_minor if is_other_currency else abs(told_minor - held_minor),
        currency=event.currency,
        occurred_at=event.occurred_at,
        about=event.public_id if is_other_currency else about_told(event),
        facts={
            "event": event.event,
            "event_minor": event.amount_minor,
            "event_currency": event.currency,
            "psp_minor": held_minor,
            "psp_currency": currency,
        },
        now=heard.now,
    )
    return AMOUNT_DIFFERS


PAYMENT_EFFECTS: dict[str, Callable[[Heard], str]] = {
    "payment.authorized": hear_progress,
    "payment.pending": hear_progress,
    "payment.captured": hear_captured,
    "payment.failed": hear_end(DepositState.FAILED),
    "payment.expired": hear_end(DepositState.EXPIRED),
    "payment.canceled": hear_end(DepositState.CANCELED),
    "payment.voided": hear_end(DepositState.VOIDED),
    "payment.returned": hear_returned,
}
