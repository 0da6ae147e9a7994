"""Sending again what was sent or given up (A8): by hand, one, several or all since a moment; audited.

The permission (cashier.resend_deliveries) is checked by whoever offers the button. Receivers know an event by its webhook-id, which
stays the same.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from cashier.models import OutgoingDelivery, OutgoingEndpoint
from cashier.operations.outgoing.fanning import add_deliveries, call_workers
from cashier.refusals import NotInThisState
from ledger.actors import Actor
from ledger.clock import real_now
from ledger.models import DomainEvent
from ledger.operations import record_audit

State = OutgoingDelivery.State
CHUNK = 1000


def resend_delivery(*, delivery_id: UUID, reason: str, actor: Actor, now: datetime) -> OutgoingDelivery:
    """Send one event to its endpoint again, with 24 hours of tries. Raises NotInThisState while it waits, or its endpoint is off."""
    with transaction.atomic():
        delivery = OutgoingDelivery.objects.select_for_update(of=("self",)).select_related("endpoint", "event").get(pk=delivery_id)
        if delivery.state == State.WAITING:
            raise NotInThisState("It waits to be sent already.", state=delivery.state)
        require_enabled(delivery.endpoint)
        detail = {"endpoint": delivery.endpoint.code, "event": delivery.event.public_id, "was": delivery.state, "error": delivery.error}
        begin_again([delivery])
        record_audit(
            act="delivery.resent", actor=actor, target_kind="delivery", target_id=delivery.public_id, detail=detail, reason=reason, now=now
        )
        call_workers(delivery.endpoint, 1)
    return delivery


def resend_deliveries(*, delivery_ids: Iterable[UUID], reason: str, actor: Actor, now: datetime) -> list[OutgoingDelivery]:
    """Send several again, all or none. Raises NotInThisState."""
    with transaction.atomic():
        return [resend_delivery(delivery_id=one, reason=reason, actor=actor, now=now) for one in sorted(set(delivery_ids))]


def resend_failed(*, endpoint_id: UUID, reason: str, actor: Actor, now: datetime) -> int:
    """Send everything again that was given up at this endpoint; one audit record. Returns how many. Raises NotInThisState."""
    with transaction.atomic():
        endpoint = OutgoingEndpoint.objects.select_for_update().get(pk=endpoint_id)
        require_enabled(endpoint)
        failed = OutgoingDelivery.objects.select_for_update().filter(endpoint=endpoint, state=State.FAILED).order_by("position")
        rows = list(failed)
        begin_again(rows)
        _audit("deliveries.resent", endpoint, {"count": len(rows)}, reason, actor, now)
        call_workers(endpoint, len(rows))
    return len(rows)


def replay_since(*, endpoint_id: UUID, since: datetime, reason: str, actor: Actor, now: datetime) -> int:
    """Send every event since a moment that the endpoint wants by now, also those of a time when it was off or did not exist.

    In order of position; one audit record. Returns how many events. Raises NotInThisState.
    """
    with transaction.atomic():
        endpoint = OutgoingEndpoint.objects.select_for_update().get(pk=endpoint_id)
        require_enabled(endpoint)
        events = DomainEvent.objects.filter(occurred_at__gte=since).order_by("id").iterator(CHUNK)
        wanted = [event for event in events if endpoint.wants(event.name, event.brand)]
        sent = OutgoingDelivery.objects.filter(endpoint=endpoint, event__in=[event.id for event in wanted])
        # Not those that wait: who delivers one locks it before the endpoint, we the endpoint first.
        begin_again(list(sent.exclude(state=State.WAITING).select_for_update()))
        add_deliveries(endpoint, wanted)
        _audit("deliveries.replayed", endpoint, {"since": since.isoformat(), "count": len(wanted)}, reason, actor, now)
    return len(wanted)


def begin_again(rows: list[OutgoingDelivery]) -> None:
    """A new round of tries; the earlier tries stay listed."""
    at = real_now()
    for row in rows:
        row.state, row.tries, row.next_try_at, row.give_up_at = State.WAITING, 0, at, None
        row.sending_until, row.ended_at, row.error, row.resends = None, None, "", row.resends + 1
    fields = ["state", "tries", "next_try_at", "give_up_at", "sending_until", "ended_at", "error", "resends"]
    OutgoingDelivery.objects.bulk_update(rows, fields, batch_size=CHUNK)


def require_enabled(endpoint: OutgoingEndpoint) -> None:
    if not endpoint.is_enabled:
        raise NotInThisState("The endpoint is turned off: ask to turn it on first.", state="OFF")


def _audit(act: str, endpoint: OutgoingEndpoint, detail: dict[str, object], reason: str, actor: Actor, now: datetime) -> None:
    detail = {"endpoint": endpoint.code, **detail}
    record_audit(act=act, actor=actor, target_kind="OutgoingEndpoint", target_id=endpoint.public_id, detail=detail, reason=reason, now=now)
