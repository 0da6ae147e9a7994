"""The door for webhooks: verify, store, answer (W1 to W3). What the event means is another task's."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from cashier.card_data import mask_card_fields, mask_card_numbers
from cashier.measures import observe_received
from cashier.models import MerchantAccount, PspEvent, PspEventWork, WebhookNonce, WebhookRefusal
from cashier.nudges import nudge
from cashier.operations.contradictions import as_contradiction
from cashier.secrets import Purpose, read_secrets
from cashier.webhooks.canonical import CanonicalEvent, UnreadableBody, read_event
from cashier.webhooks.signatures import SignedHeaders, is_in_window, is_signed
from ledger.clock import real_now
from ledger.tracing import current_trace_id

# One round trip instead of an INSERT between two savepoints: this is on the way of every webhook.
NONCE = """
INSERT INTO cashier_webhook_nonce (merchant_account_id, nonce, body_sha256, used_at)
VALUES (%s, %s, %s, %s) ON CONFLICT (merchant_account_id, nonce) DO NOTHING RETURNING id
"""
TASK = "cashier.tasks.webhooks.apply_event"


class Received(StrEnum):
    """The answer to a webhook that was let in."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"


class WebhookRefused(Exception):
    """Not let in; the reason is counted, the caller is told no more than that (W3)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Letter:
    """A verified webhook as it came."""

    account: MerchantAccount
    body: bytes
    sha256: str


def receive_event(*, headers: SignedHeaders, body: bytes, now: datetime) -> Received:
    """Let a webhook in: verified, stored once, its work row and the nudge in one transaction.

    1. account, time and signature; 2. the nonce: seen with this body = duplicate, with another = refused; 3. the event,
    unique by both its identities. A signed body that can't be read is stored, as a dead letter.
    Raises WebhookRefused.
    """
    letter = verify(headers, body)
    with transaction.atomic():
        if not use_nonce(letter, headers.nonce):
            return Received.DUPLICATE
        event = store(letter, now=now)
        if event is None:
            return Received.DUPLICATE
        if event.event != "unreadable":
            nudge(TASK, event_id=event.pk)
    observe_received(account=letter.account.code, occurred_at=event.occurred_at, received_at=event.received_at)
    return Received.ACCEPTED


def verify(headers: SignedHeaders, body: bytes) -> Letter:
    """The letter, if a signature over it is right. An unknown account takes as long as a wrong signature. Raises WebhookRefused."""
    account = MerchantAccount.objects.filter(code=headers.account_code, is_active=True).first()
    ref = account.secret_ref if account else "NO_SUCH_ACCOUNT"
    secrets = read_secrets(ref, Purpose.WEBHOOK_SECRET) if account else ["no such account"]
    is_ours = is_signed(headers, body, secrets=secrets, public_keys=read_secrets(ref, Purpose.WEBHOOK_PUBLIC_KEY))
    if account is None:
        raise WebhookRefused("unknown_account")
    if not is_ours:
        raise WebhookRefused("signature")
    if not is_in_window(headers.timestamp, at=real_now().timestamp()):
        raise WebhookRefused("time")
    return Letter(account, body, hashlib.sha256(body).hexdigest())


def use_nonce(letter: Letter, nonce: str) -> bool:
    """Use up a nonce; False where it came with this very body before. Raises WebhookRefused for another body.

    Two at once: the second waits on the first's row, then reads it.
    """
    with connection.cursor() as cursor:
        cursor.execute(NONCE, [letter.account.pk, nonce, letter.sha256, real_now()])
        if cursor.fetchone() is not None:
            return True
    before = WebhookNonce.objects.get(merchant_account=letter.account, nonce=nonce)
    if before.body_sha256 != letter.sha256:
        raise WebhookRefused("nonce")
    return False


def store(letter: Letter, *, now: datetime) -> PspEvent | None:
    """The event's row and its work row; None where either identity is known."""
    try:
        event = event_of(letter, read_event(letter.body), now=now)
    except UnreadableBody as error:
        return keep_unreadable(letter, str(error), now=now)
    return insert(event, PspEventWork(event=event, next_try_at=real_now()))


def keep_unreadable(letter: Letter, error: str, *, now: datetime, via: str = PspEvent.CANONICAL) -> PspEvent | None:
    """A signed body that nobody can read, as a dead letter; None where it is known."""
    event = unreadable_event(letter, now=now)
    event.via = via
    return insert(event, PspEventWork(event=event, state=PspEventWork.State.DEAD, error=mask_card_numbers(error)))


def insert(event: PspEvent, work: PspEventWork) -> PspEvent | None:
    """Both rows, or None where either identity is known. One that says another amount than the first did is kept as that, for a case."""
    if save_once(event, work):
        return event
    other = as_contradiction(event)
    if other is not None and save_once(other, PspEventWork(event=other, next_try_at=real_now())):
        nudge(TASK, event_id=other.pk)
    return None


def save_once(event: PspEvent, work: PspEventWork) -> bool:
    """False, and nothing written, where either identity is known."""
    try:
        with transaction.atomic():
            event.save(force_insert=True)
            work.save(force_insert=True)
        return True
    except IntegrityError:
        return False


def event_of(letter: Letter, canonical: CanonicalEvent, *, now: datetime) -> PspEvent:
    return PspEvent(
        merchant_account=letter.account,
        provider_event_id=canonical.provider_event_id,
        identity_key=canonical.identity_key,
        object_key=canonical.object_key,
        event=canonical.event,
        psp_ref=canonical.psp_ref,
        intent_ref=canonical.intent_ref,
        capture_ref=canonical.capture_ref,
        refund_ref=canonical.refund_ref,
        payout_ref=canonical.payout_ref,
        dispute_ref=canonical.dispute_ref,
        movement=canonical.movement,
        own_ref=canonical.own_ref,
        amount_minor=canonical.amount_minor,
        currency=canonical.currency,
        occurred_at=canonical.occurred_at,
        received_at=now,
        body_sha256=letter.sha256,
        raw_body=masked_text(letter.body),
        trace_id=current_trace_id(),
    )


def unreadable_event(letter: Letter, *, now: datetime) -> PspEvent:
    """A signed body that is not of the canonical form: kept whole (masked), once per content."""
    return PspEvent(
        merchant_account=letter.account,
        identity_key=f"body:{letter.sha256}",
        event="unreadable",
        occurred_at=now,
        received_at=now,
        body_sha256=letter.sha256,
        raw_body=masked_text(letter.body),
        trace_id=current_trace_id(),
    )


def masked_text(body: bytes) -> str:
    """The body as text that the database can hold, without card data (C14): JSON by its fields, anything else by its digits.

    As it came where there is nothing to mask, so that it can be held against its SHA-256.
    """
    text = body.decode("utf-8", errors="replace").replace("\x00", "\ufffd")
    repeated: list[bool] = []

    def read(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        known = dict(pairs)
        repeated.append(len(known) < len(pairs))
        return known

    try:
        data = json.loads(text, object_pairs_hook=read)
        masked = mask_card_fields(data)
    except (ValueError, RecursionError):
        return mask_card_numbers(text)
    return text if masked == data and not any(repeated) else json.dumps(masked)


def count_refusal(*, account_code: str, reason: str, now: datetime) -> None:
    """Count a refused webhook, or a duplicate: by hour, reason and account; a code that is none of ours counts as empty."""
    known = MerchantAccount.objects.filter(code=account_code).exists()
    with transaction.atomic():
        row, _ = WebhookRefusal.objects.get_or_create(
            hour=now.replace(minute=0, second=0, microsecond=0), account_code=account_code if known else "", reason=reason
        )
        WebhookRefusal.objects.filter(pk=row.pk).update(count=F("count") + 1)
