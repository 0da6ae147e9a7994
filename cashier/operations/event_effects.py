"""From an event to the one operation that it calls for. A notification never credits: a lookup of ours does (C3)."""

from datetime import datetime

from cashier.models import Capture, DepositIntent, DepositState, PspEvent
from cashier.operations.calls import lookup
from cashier.operations.contradictions import tell_contradiction
from cashier.operations.event_claims import claimed_by, is_captured_by_authorization
from cashier.operations.event_payments import payment_effect
from cashier.operations.event_refunds import is_failed, payout_effect, refund_effect
from cashier.operations.event_translation import translate_event
from cashier.operations.event_values import Answer, NotYet
from cashier.operations.second_words import is_right_after_wrong
from cashier.psp.base import LookupNotOffered
from cashier.psp.capabilities import capabilities_of
from ledger.actors import Actor
from ledger.ids import BadPublicId
from ledger.notices import tell
from ledger.refusals import Refused


def ask_about(event: PspEvent) -> Answer:
    """One lookup by us where a credit may follow and we don't hold its end already. No transaction is open.

    Where the provider can't be asked, what it signed stands in for that. Raises PspFailure, NotYet.
    """
    if event.contradicts and not event.is_foreign and not is_right_after_wrong(event):
        return Answer(contradicts=True)
    if event.event in ("payment.authorized", "payment.pending", "payment.captured"):
        if is_known(event):
            return Answer()
        return ask_or_believe(event, event.intent_ref)
    if event.event in ("refund.failed", "refund.reversed") or is_held_as_failed(event):
        return ask_or_believe(event, event.own_ref or event.intent_ref)
    return Answer()


def is_held_as_failed(event: PspEvent) -> bool:
    """Whether it tells as executed a refund that we hold as failed. It may only be late: the PSP's own state says."""
    return event.event == "refund.processed" and is_failed(event)


def ask_or_believe(event: PspEvent, reference: str) -> Answer:
    """Raises PspFailure, NotYet."""
    try:
        return Answer(True, lookup(event.merchant_account, merchant_reference=reference))
    except LookupNotOffered:
        return Answer(True, claimed_by(event))


def is_known(event: PspEvent) -> bool:
    """Whether the event tells nothing new: the capture is held, or the intent is as far by rank."""
    try:
        pk = DepositIntent.id_of(event.intent_ref)
    except BadPublicId:
        return True
    if event.event == "payment.captured":
        held = Capture.objects.filter(merchant_account=event.merchant_account, psp_ref=event.capture_ref or "-", intent_id=pk)
        return held.exclude(state__in=untold_states(event)).exists()
    state = DepositIntent.objects.filter(pk=pk).values_list("state", flat=True).first()
    reached = {"payment.authorized": DepositState.AUTHORIZED, "payment.pending": DepositState.PENDING}[event.event]
    reached = DepositState.CAPTURED if event.event == "payment.authorized" and is_captured_by_authorization(event) else reached
    return state is None or DepositIntent.RANKS[state] >= DepositIntent.RANKS[reached]


def untold_states(event: PspEvent) -> tuple[str, ...]:
    """Of a capture that may have been done since. What we hold as refused is asked about, where the PSP can be asked: we may be wrong."""
    capabilities = capabilities_of(event.merchant_account.provider)
    can_ask = capabilities is None or capabilities.can_look_up
    return (Capture.State.SUBMITTED, Capture.State.REFUSED) if can_ask else (Capture.State.SUBMITTED,)


def effect_of(event: PspEvent, answer: Answer, *, actor: Actor, now: datetime) -> str:
    """Apply an event in the caller's transaction. Returns what it did; "ignored: …" where it told nothing new.

    Raises NotYet, BadEvent, and what its operation raises.
    """
    if event.is_foreign:
        return translate_event(event, now=now)
    if answer.contradicts:
        return tell_contradiction(event, now=now)
    area = event.event.partition(".")[0]
    if area == "payment":
        return payment_effect(event, answer, actor=actor, now=now)
    if area == "refund":
        return refund_effect(event, answer, actor=actor, now=now)
    if area == "payout":
        return payout_effect(event, actor=actor, now=now)
    try:
        tell(event.event, event=event, actor=actor, now=now)
    except Refused as refusal:  # its payment is not here yet, or it can't be so now: waits, and is a dead letter after a day
        raise NotYet(refusal.message) from refusal
    return event.event
