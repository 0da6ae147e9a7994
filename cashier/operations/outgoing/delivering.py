"""A delivery is three steps, like a call to a PSP: take it (a lease, committed), send it with no transaction open, write what came of it.

Two workers may send one event, never two events of one aggregate at once: an event can be taken only when no earlier one of its
aggregate waits for the same endpoint.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from cashier.card_data import mask_card_numbers
from cashier.models import OutgoingAttempt, OutgoingDelivery, OutgoingEndpoint
from cashier.operations.outgoing.messages import bytes_of
from cashier.outgoing.schedule import GIVE_UP_AFTER, next_try
from cashier.outgoing.signing import BadSigningSecret, headers_of
from cashier.outgoing.transport import Answer, post
from cashier.secrets import Purpose, read_secrets
from ledger.actors import system_actor
from ledger.clock import real_now
from ledger.operations import record_audit
from ledger.transitions import attribute

ACTOR = system_actor("outgoing_webhooks")
State = OutgoingDelivery.State
LEASE_MARGIN = timedelta(seconds=30)
GONE = 410
ANSWER_KEPT = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that this worker has the lease of, at its try number `number`."""

    delivery: OutgoingDelivery
    number: int


def drain_endpoint(*, endpoint_id: UUID, now: datetime, most: int = 50) -> int:
    """Send what is due at an endpoint, one after another, at most `most`; returns how many were tried."""
    tried = 0
    while tried < most and (taken := take_next(endpoint_id)) is not None:
        finish(taken, send(taken.delivery), now=now)
        tried += 1
    return tried


def due(endpoint_id: UUID, at: datetime) -> QuerySet[OutgoingDelivery]:
    """What may be sent now: its time has come, nobody is at it, and nothing of its aggregate is before it."""
    waiting = OutgoingDelivery.objects.filter(endpoint_id=endpoint_id, state=State.WAITING)
    earlier = waiting.filter(aggregate=OuterRef("aggregate"), position__lt=OuterRef("position"))
    free = waiting.filter(next_try_at__lte=at).filter(Q(sending_until=None) | Q(sending_until__lte=at))
    return free.filter(~Exists(earlier)).order_by("position")


def take_next(endpoint_id: UUID) -> Taken | None:
    """The lease of the next delivery that is due; None where there is none, the endpoint is off, or enough workers are at it."""
    at = real_now()
    with transaction.atomic():
        if not OutgoingEndpoint.objects.filter(pk=endpoint_id, is_enabled=True).exists():
            return None
        busy = OutgoingDelivery.objects.filter(endpoint_id=endpoint_id, state=State.WAITING, sending_until__gt=at)
        if busy.count() >= settings.OUTGOING_CONCURRENCY:
            return None
        rows = due(endpoint_id, at).select_for_update(skip_locked=True, of=("self",)).select_related("endpoint", "event")
        delivery = rows.first()
        if delivery is None:
            return None
        delivery.tries += 1
        delivery.give_up_at = delivery.give_up_at or at + GIVE_UP_AFTER
        delivery.sending_until = at + timedelta(seconds=settings.OUTGOING_TIMEOUT_SECONDS) + LEASE_MARGIN
        delivery.save(update_fields=["tries", "give_up_at", "sending_until"])
    return Taken(delivery, delivery.tries)


def send(delivery: OutgoingDelivery) -> Answer:
    """Sign and send it; no transaction is open. Without a usable secret nothing is sent, and the answer says so."""
    event, endpoint = delivery.event, delivery.endpoint
    body = bytes_of(event)
    secrets = read_secrets(endpoint.secret_ref, Purpose.OUTGOING_SECRET)
    if not secrets:
        return Answer(None, b"", f"no secret: set {endpoint.secret_ref}_{Purpose.OUTGOING_SECRET}", 0)
    try:
        signed = headers_of(secrets, message_id=event.public_id, timestamp=int(real_now().timestamp()), body=body)
    except BadSigningSecret as error:
        return Answer(None, b"", f"{endpoint.secret_ref}_{Purpose.OUTGOING_SECRET}: {error}", 0)
    headers = {"content-type": "application/json", "user-agent": "Countroom-Webhooks/1", **signed}
    return post(endpoint.url, headers=headers, body=body, seconds=settings.OUTGOING_TIMEOUT_SECONDS)


def finish(taken: Taken, answer: Answer, *, now: datetime) -> None:
    """Write the try and what it means: delivered, to be tried again, or given up. A lease that was lost decides nothing any more."""
    at = real_now()
    with transaction.atomic():
        delivery = OutgoingDelivery.objects.select_for_update(of=("self",)).select_related("endpoint", "event").get(pk=taken.delivery.pk)
        _write_attempt(delivery, taken.number, answer, at)
        if delivery.state != State.WAITING or delivery.tries != taken.number:
            return
        _decide(delivery, answer, at)
        delivery.save(update_fields=["state", "next_try_at", "sending_until", "error", "ended_at"])
        if answer.status == GONE:
            disable(delivery, now=now)


def _decide(delivery: OutgoingDelivery, answer: Answer, at: datetime) -> None:
    delivery.sending_until = None
    if answer.status is not None and 200 <= answer.status < 300:
        delivery.state, delivery.next_try_at, delivery.ended_at, delivery.error = State.DELIVERED, None, at, ""
        return
    delivery.error = answer.error or f"answered {answer.status}"
    again = None
    if answer.status != GONE and delivery.give_up_at is not None:
        again = next_try(tries=delivery.tries, give_up_at=delivery.give_up_at, at=at, chance=random.random())
    delivery.next_try_at = again
    if again is None:
        delivery.state, delivery.ended_at = State.FAILED, at


def disable(delivery: OutgoingDelivery, *, now: datetime) -> None:
    """The endpoint says that it is gone for good: nothing more is sent there until two people have turned it on again."""
    endpoint = OutgoingEndpoint.objects.select_for_update().get(pk=delivery.endpoint_id)
    if not endpoint.is_enabled:
        return
    endpoint.is_enabled = False
    attribute(endpoint, ACTOR, "answered 410 Gone")
    endpoint.save(update_fields=["is_enabled"])
    detail = {"code": endpoint.code, "url": endpoint.url, "delivery": delivery.public_id, "event": delivery.event.public_id}
    record_audit(
        act="outgoing_endpoint.disabled", actor=ACTOR, target_kind="OutgoingEndpoint", target_id=endpoint.public_id, detail=detail,
        reason="answered 410 Gone", now=now,
    )  # fmt: skip


def _write_attempt(delivery: OutgoingDelivery, number: int, answer: Answer, at: datetime) -> None:
    text = answer.body.decode("utf-8", errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    OutgoingAttempt.objects.create(
        delivery=delivery,
        number=number,
        tried_at=at - timedelta(milliseconds=answer.duration_ms),
        duration_ms=answer.duration_ms,
        status=answer.status,
        error=answer.error,
        answer=mask_card_numbers(text)[:ANSWER_KEPT],
    )
