"""Deliveries whose nudge or worker was lost, or whose time has come, are found and workers called (decision 5)."""

from django.db import transaction
from django.db.models import Count, Q

from cashier.models import OutgoingDelivery, OutgoingEndpoint
from cashier.nudges import nudge_again
from cashier.operations.outgoing.fanning import call_workers
from ledger.clock import real_now


def sweep_deliveries() -> int:
    """Nudge workers for every enabled endpoint with deliveries whose time has come; returns how many endpoints."""
    at = real_now()
    waits = Q(deliveries__state=OutgoingDelivery.State.WAITING, deliveries__next_try_at__lte=at)
    free = Q(deliveries__sending_until=None) | Q(deliveries__sending_until__lte=at)
    with transaction.atomic():
        rows = list(
            OutgoingEndpoint.objects.filter(is_enabled=True).annotate(waiting=Count("pk", filter=waits & free)).filter(waiting__gt=0)
        )
        for endpoint in rows:
            call_workers(endpoint, endpoint.waiting, nudge_again)
    return len(rows)
