"""A PSP that tells another amount of what it told before (POSTINGS.md section 1): kept beside the first, and a case; nothing moves.
Only where the first moved nothing, and the second says what we asked for, is it applied (second_words).

The first event keeps both identities. What contradicts it is kept under an identity that names the first and what it says itself,
so that it too is kept once, however often it is sent.
"""

import hashlib
import json
from datetime import datetime

from django.db.models import Q

from cashier.models import DepositIntent, PayoutIntent, PspEvent, Refund
from cashier.operations.event_objects import about_told, find_named, kind_of, told_in
from cashier.operations.told_amounts import differs, key_of_told, links_of
from ledger.calendar import business_date
from ledger.ids import BadPublicId
from ledger.notices import tell

CODES = {
    "payment": "GROSS_AMOUNT_DIFFERS",
    "refund": "REFUND_AMOUNT_DIFFERS",
    "payout": "PAYOUT_AMOUNT_DIFFERS",
    "dispute": "CHARGEBACK_AMOUNT_DIFFERS",
}
# Ends without money: whatever amount they state, there is none. A failure that names a capture takes that back.
WITHOUT_MONEY = ("payment.failed", "payment.expired", "payment.canceled", "payment.voided")


def as_contradiction(event: PspEvent) -> PspEvent | None:
    """An event whose identity or object is known, made ready to be kept as the contradiction of the first; None where it says the same.

    Asked only of what collided: a new event costs no question. Where it collides with two, the one of its object counts.
    """
    if event.amount_minor is None or (event.event in WITHOUT_MONEY and not event.capture_ref):
        return None
    same_object = Q(object_key=event.object_key) & ~Q(object_key="")
    known = PspEvent.objects.filter(Q(identity_key=event.identity_key) | same_object, merchant_account=event.merchant_account)
    first = min(known, key=lambda row: row.object_key != event.object_key, default=None)
    if first is None or first.amount_minor is None or (first.amount_minor, first.currency) == (event.amount_minor, event.currency):
        return None
    return renamed(event, first, f"{event.event}:{event.amount_minor}:{event.currency}")


def as_other_notification(event: PspEvent, first: PspEvent, amounts: list[object]) -> PspEvent:
    """A provider's own notification that came before with other amounts, made ready to be kept and read like any other."""
    return renamed(event, first, hashlib.sha256(json.dumps(amounts, default=str).encode()).hexdigest()[:32])


def renamed(event: PspEvent, first: PspEvent, says: str) -> PspEvent:
    event.identity_key, event.object_key = f"{PspEvent.CONTRADICTS}{first.public_id}:{says}", ""
    return event


def tell_contradiction(event: PspEvent, *, now: datetime) -> str:
    """Raise the case that names both events. At risk is the difference; of another currency, all that the second says."""
    first = PspEvent.objects.get(pk=PspEvent.id_of(event.contradicts))
    first_minor, second_minor = int(first.amount_minor or 0), int(event.amount_minor or 0)
    is_other_currency = first.currency != event.currency
    code = "CURRENCY_DIFFERS" if is_other_currency else CODES[event.event.partition(".")[0]]
    account, row = event.merchant_account, find_named(event)
    tell(
        "case.raise",
        code=code,
        entity_id=account.entity_id,
        business_date=business_date(account.entity, event.occurred_at),
        amount_minor=second_minor if is_other_currency else abs(second_minor - first_minor),
        currency=event.currency,
        merchant_account=account,
        merchant_reference=event.own_ref or first.own_ref or event.intent_ref or first.intent_ref,
        psp_reference=event.psp_ref or first.psp_ref,
        dedupe_key=key_of_contradiction(code, event, row),
        facts={
            "event": event.event,
            "first_event": first.public_id,
            "first_minor": first_minor,
            "first_currency": first.currency,
            "second_event": event.public_id,
            "second_minor": second_minor,
            "second_currency": event.currency,
        },
        links=[
            ("event", first.public_id),
            ("event", event.public_id),
            *(links_of(kind_of(event), row) if row is not None else deposit_of(first.intent_ref or event.intent_ref)),
        ],
        now=now,
    )
    return "differs from the event before: case raised"


def key_of_contradiction(code: str, event: PspEvent, row: Refund | PayoutIntent | None) -> str:
    """The case of whoever else tells this amount of that capture, refund or payout, such as its settlement line; else one per event."""
    kind, told = kind_of(event), told_in(event)
    if row is not None and differs(kind, row, told) == code:
        return key_of_told(code, kind, row, told)
    return f"{code}:{event.public_id if code == 'CURRENCY_DIFFERS' else about_told(event)}"


def deposit_of(reference: str) -> list[tuple[str, str]]:
    """The deposit and its player, where it is one of ours."""
    try:
        intent = DepositIntent.objects.select_related("player").filter(pk=DepositIntent.id_of(reference)).first()
    except BadPublicId:
        return []
    return [("deposit", intent.public_id), ("player", intent.player.public_id)] if intent else []
