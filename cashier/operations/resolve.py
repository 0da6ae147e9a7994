"""One look at the PSP by us, and whatever follows from it by the normal path (C2, C3, C18, C20)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cashier.locks import lock_intent
from cashier.models import Attempt, Capture, DepositIntent, PspCall, Refund, Void
from cashier.operations.answers import record_answer, take_step
from cashier.operations.calls import lookup
from cashier.operations.credits import Credited, credit_capture
from cashier.operations.lookups import payment_result, proof_of, succeeded_captures
from cashier.operations.refunds import RefundOrder, submit_refund
from cashier.psp.base import LookupNotOffered, LookupResult, PspFailure
from cashier.refusals import Refused
from ledger.actors import Actor, system_actor

RESOLVER = system_actor("resolver")
WANTED_BACK = ("caller", "gate_closed", "canceled", "ended")


def resolve_intent(*, intent_id: UUID, now: datetime, actor: Actor = RESOLVER, psp_reference: str = "") -> str:
    """Ask the PSP once what it holds for this deposit, and bring ours up to it: credited, late money, ended (C2, "corrected").

    psp_reference: the PSP's payment, where the asker knows one that our attempts may not. Returns what became of it:
    "credited", "late_money", "duplicate_capture", "amount_differs" (each booked now), "payer_held" (pending, K10), "already"
    (captured, and we knew),
    "moved" (another state), "same", "unknown_to_psp", "cant_be_asked" (its provider offers no lookup, C16), or "no_attempt".
    Raises PspFailure where the PSP gives no answer.
    """
    attempt = Attempt.objects.select_related("merchant_account").filter(intent_id=intent_id).order_by("-number").first()
    if attempt is None:
        return "no_attempt"
    public_id = DepositIntent(pk=intent_id).public_id
    try:
        found = lookup(attempt.merchant_account, merchant_reference=public_id)
    except LookupNotOffered:
        return "cant_be_asked"
    outcomes = [apply_lookup(attempt.pk, found, now=now, actor=actor)] if found else []
    if psp_reference and psp_reference not in references_in(found):
        other = lookup(attempt.merchant_account, psp_ref=psp_reference)
        if other is not None and other.merchant_reference == public_id:
            outcomes.append(apply_lookup(attempt.pk, other, now=now, actor=actor))
    return strongest(outcomes) if outcomes else "unknown_to_psp"


def references_in(found: LookupResult | None) -> set[str]:
    """The PSP's ids of a payment and of its captures and refunds."""
    if found is None:
        return set()
    return {found.psp_ref, *(capture.object_ref for capture in found.captures), *(refund.object_ref for refund in found.refunds)}


def strongest(outcomes: list[str]) -> str:
    """The outcome that moved most."""
    order = [
        Credited.CREDITED,
        Credited.LATE_MONEY,
        Credited.DUPLICATE,
        Credited.DIFFERS,
        Credited.PAYER_HELD,
        "moved",
        Credited.ALREADY,
        "same",
    ]
    return str(min(outcomes, key=lambda outcome: order.index(outcome)))


def apply_lookup(attempt_id: UUID, found: LookupResult, *, now: datetime, actor: Actor) -> str:
    """Bring one deposit up to what a lookup says. Each capture that succeeded there is booked here, once."""
    with transaction.atomic():
        intent = lock_intent(Attempt.objects.values_list("intent_id", flat=True).get(pk=attempt_id))
        attempt = lock_attempt(attempt_id, found)
        result = payment_result(found)
        was_open = attempt.call_state != PspCall.CallState.DONE
        if result is not None and (was_open or attempt.outcome != str(result.outcome)):
            record_answer(attempt, result, now=now)
        booked = [
            credit_capture(intent=intent, attempt=attempt, proof=proof_of(capture), actor=actor, now=now, is_correction=not was_open)[0]
            for capture in succeeded_captures(found)
        ]
        if booked:
            give_back_voided(intent, now=now)
            return strongest([str(outcome) for outcome in booked])
        before = intent.state
        if result is not None:
            take_step(intent, attempt, result, actor=actor, now=now, is_correction=not was_open)
        return "same" if intent.state == before else "moved"


def lock_attempt(attempt_id: UUID, found: LookupResult) -> Attempt:
    """The attempt whose payment the lookup holds: where several were made at one PSP, the one that knows its reference (C11)."""
    rows = Attempt.objects.select_for_update(of=("self",)).select_related("merchant_account", "instrument")
    asked = rows.get(pk=attempt_id)
    if found.psp_ref in ("", asked.psp_ref):
        return asked
    beside = rows.filter(intent_id=asked.intent_id, merchant_account_id=asked.merchant_account_id, psp_ref=found.psp_ref)
    return beside.first() or asked


def give_back_voided(intent: DepositIntent, *, now: datetime) -> None:
    """A void that was refused because the money had been captured becomes a refund (C5). Late money waits for its policy instead."""
    if not Void.objects.filter(intent=intent, outcome=Void.Outcome.REFUSED, reason__in=WANTED_BACK).exists():
        return
    for capture in intent.captures.filter(state=Capture.State.SUCCEEDED, is_late=False, refunded_minor=0, refunding_minor=0):
        order = RefundOrder(
            refund_id=f"void:{capture.public_id}",
            amount_minor=capture.amount_minor,
            client_id="countroom",
            source=Refund.Source.PLAYABLE,
            reason="void refused: captured",
        )
        try:
            with transaction.atomic():
                submit_refund(capture_id=capture.pk, order=order, actor=RESOLVER, now=now)
        except Refused:
            continue  # the player has played it, or it is disputed: it stays a deposit


def ask_quietly(intent_id: UUID, *, now: datetime) -> str:
    """resolve_intent for sweepers: "unavailable" where the PSP gives no answer."""
    try:
        return resolve_intent(intent_id=intent_id, now=now)
    except PspFailure:
        return "unavailable"
