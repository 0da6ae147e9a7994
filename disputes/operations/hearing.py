"""What PSPs tell of disputes: each event of the canonical webhook leads to one operation (W1)."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from cashier.models import Capture, PspEvent
from disputes.models import Dispute
from disputes.operations.ending import auto_refund_dispute, close_accepted, expire_dispute, lose_dispute, win_dispute, withdraw_dispute
from disputes.operations.inquiries import close_inquiry, open_inquiry
from disputes.operations.money import credit_dispute, debit_dispute
from disputes.operations.opening import Notice, open_dispute
from disputes.refusals import UnknownCapture
from ledger.actors import Actor


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as an operation needs it."""

    notice: Notice
    actor: Actor
    now: datetime


def hear_event(*, event: PspEvent, actor: Actor, now: datetime, **facts: Any) -> Dispute:
    """Apply one dispute event of a PSP. Needs the caller's transaction; told twice, it has no second effect.

    An end that is told of a dispute that we do not know opens it first: no event is lost because another came late.
    Raises UnknownCapture (the payment is not ours, or not yet), DisputeAmountDiffers, TransitionNotAllowed.
    """
    notice = notice_of(event)
    heard = Heard(notice, actor, now)
    if event.event in OPENERS:
        return OPENERS[event.event](heard)
    dispute = known_dispute(notice) or OPENERS[FIRST.get(event.event, "dispute.opened")](heard)
    return ENDINGS[event.event](heard, dispute)


def known_dispute(notice: Notice) -> Dispute | None:
    return Dispute.objects.filter(merchant_account=notice.merchant_account, provider_case_id=notice.provider_case_id).first()


def notice_of(event: PspEvent) -> Notice:
    """The event's fields as a notice; scheme, reason code and answer-by date are in its body."""
    body = json.loads(event.raw_body)
    if event.amount_minor is None or not event.dispute_ref:
        raise UnknownCapture("The event names no dispute or no amount.", event=event.public_id)
    return Notice(
        merchant_account=event.merchant_account,
        capture_id=capture_of(event).id,
        provider_case_id=event.dispute_ref,
        amount_minor=event.amount_minor,
        currency=event.currency,
        occurred_at=event.occurred_at,
        told_by=Dispute.OpenedBy.WEBHOOK,
        movement=int(event.movement) if event.movement.isdigit() else 1,
        psp_ref=event.psp_ref,
        scheme=text_of(body, "scheme"),
        reason_code=text_of(body, "reason_code"),
        answer_by=instant_of(body, "respond_by"),
        payload_sha256=event.body_sha256,
    )


def capture_of(event: PspEvent) -> Capture:
    """The capture that the event names, by the PSP's capture id, else the only capture of the payment. Raises UnknownCapture."""
    captures = Capture.objects.filter(merchant_account=event.merchant_account)
    if event.capture_ref:
        found = list(captures.filter(psp_ref=event.capture_ref)[:1])
    else:
        found = list(captures.filter(attempt__psp_ref=event.psp_ref, state=Capture.State.SUCCEEDED)[:2])
    if len(found) != 1:
        raise UnknownCapture(psp_ref=event.psp_ref, capture_ref=event.capture_ref)
    return found[0]


def text_of(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value[:16] if isinstance(value, str) else ""


def instant_of(body: dict[str, Any], name: str) -> datetime | None:
    value = body.get(name)
    found = parse_datetime(value) if isinstance(value, str) else None
    return found if found is not None and found.tzinfo is not None else None


OPENERS: dict[str, Callable[[Heard], Dispute]] = {
    "dispute.inquiry": lambda heard: open_inquiry(heard.notice, actor=heard.actor, now=heard.now),
    "dispute.opened": lambda heard: open_dispute(heard.notice, actor=heard.actor, now=heard.now),
    "dispute.debited": lambda heard: debit_dispute(heard.notice, actor=heard.actor, now=heard.now),
    "dispute.credited": lambda heard: credit_dispute(heard.notice, actor=heard.actor, now=heard.now),
}
# What an unknown dispute is opened as when this comes first; all others: as a chargeback.
FIRST = {"dispute.inquiry_closed": "dispute.inquiry", "dispute.auto_refunded": "dispute.inquiry"}
ENDINGS: dict[str, Callable[[Heard, Dispute], Dispute]] = {
    "dispute.inquiry_closed": lambda heard, dispute: close_inquiry(dispute_id=dispute.id, **ended(heard), told_by=heard.notice.told_by),
    "dispute.won": lambda heard, dispute: win_dispute(dispute_id=dispute.id, **ended(heard), **told(heard)),
    "dispute.withdrawn": lambda heard, dispute: withdraw_dispute(dispute_id=dispute.id, **ended(heard), **told(heard)),
    "dispute.auto_refunded": lambda heard, dispute: auto_refund_dispute(dispute_id=dispute.id, **ended(heard), **told(heard)),
    "dispute.lost": lambda heard, dispute: lose_dispute(dispute_id=dispute.id, **ended(heard)),
    "dispute.accepted": lambda heard, dispute: close_accepted(dispute_id=dispute.id, **ended(heard)),
    "dispute.expired": lambda heard, dispute: expire_dispute(dispute_id=dispute.id, **ended(heard)),
}


def ended(heard: Heard) -> dict[str, Any]:
    return {"occurred_at": heard.notice.occurred_at, "actor": heard.actor, "now": heard.now}


def told(heard: Heard) -> dict[str, Any]:
    return {"told_by": heard.notice.told_by, "payload_sha256": heard.notice.payload_sha256}
