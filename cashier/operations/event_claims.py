"""What stands in for our own lookup at a provider that can't be asked (docs/adr/0013).

Such a provider answers our call with "taken in" and tells the end by a signed notification, and by nothing else. It is believed
only as the end of a call of ours that it answered: the attempt it names is ours at the account that signed it, with the PSP's
own reference that we were given. Amount and currency are then compared as with any proof (C3).
"""

from cashier.models import Attempt, PspCall, PspEvent, Refund
from cashier.operations.event_values import NotYet
from cashier.psp.base import LookupMovement, LookupResult
from cashier.psp.capabilities import capabilities_of

PAYMENT_STATES = {"payment.authorized": "AUTHORIZED", "payment.pending": "PENDING", "payment.captured": "CAPTURED"}
REFUND_STATES = {"refund.processed": "SUCCEEDED", "refund.failed": "FAILED", "refund.reversed": "REVERSED"}


def claimed_by(event: PspEvent) -> LookupResult:
    """The notification in the form of a lookup. Raises NotYet where it does not end a call of ours that was answered."""
    return _refund(event) if event.event in REFUND_STATES else _payment(event)


def is_captured_by_authorization(event: PspEvent) -> bool:
    """Whether an authorisation there is the capture: automatic capture at a provider that tells nothing more of it."""
    capabilities = capabilities_of(event.merchant_account.provider)
    attempts = Attempt.objects.filter(merchant_account=event.merchant_account, psp_ref=event.psp_ref, capture_mode="auto")
    return capabilities is not None and not capabilities.can_look_up and attempts.exclude(psp_ref="").exists()


def _payment(event: PspEvent) -> LookupResult:
    attempt = Attempt.objects.filter(merchant_account=event.merchant_account, psp_ref=event.psp_ref).exclude(psp_ref="").first()
    if attempt is None or attempt.call_state != PspCall.CallState.DONE:
        raise NotYet("no answered call of ours has this reference")
    state = PAYMENT_STATES[event.event]
    if state == "AUTHORIZED" and is_captured_by_authorization(event):
        state = "CAPTURED"
    amount_minor = attempt.amount_minor if event.amount_minor is None else event.amount_minor
    currency, reference = event.currency or attempt.currency, event.intent_ref
    taken = LookupMovement(
        event.capture_ref or event.psp_ref, event.own_ref or reference, "SUCCEEDED", amount_minor, currency, event.occurred_at
    )
    return LookupResult(
        kind="payment",
        psp_ref=event.psp_ref,
        state=state,
        amount_minor=attempt.amount_minor if state == "CAPTURED" else amount_minor,
        currency=currency,
        merchant_reference=reference,
        captures=[taken] if state == "CAPTURED" else [],
        occurred_at=event.occurred_at,
    )


def _failed_since(event: PspEvent) -> bool:
    """Whether the provider told, of a later moment, that the refund failed: then this one only comes late."""
    told = PspEvent.objects.filter(merchant_account=event.merchant_account, refund_ref=event.refund_ref, event="refund.failed")
    return told.filter(occurred_at__gte=event.occurred_at).exists()


def _refund(event: PspEvent) -> LookupResult:
    refund = Refund.objects.filter(merchant_account=event.merchant_account, psp_ref=event.refund_ref).exclude(psp_ref="").first()
    if refund is None:
        raise NotYet("no answered refund of ours has this reference")
    state = REFUND_STATES[event.event]
    if state == "SUCCEEDED" and _failed_since(event):
        state = "FAILED"
    mine = LookupMovement(event.refund_ref, refund.public_id, state, refund.amount_minor, refund.currency, event.occurred_at)
    return LookupResult(
        "refund", event.psp_ref, state, refund.amount_minor, refund.currency, refund.public_id, event.refund_ref, refunds=[mine]
    )
