"""Telling the operator's platform (queue `outgoing`)."""

from typing import Any
from uuid import UUID

from celery import shared_task

from cashier.operations import outgoing
from ledger import clock


@shared_task(name="cashier.tasks.outgoing.drain_endpoint")
def drain_endpoint(*, endpoint_id: str, **kwargs: Any) -> int:
    """Send what is due at one endpoint."""
    return outgoing.drain_endpoint(endpoint_id=UUID(endpoint_id), now=clock.now())


@shared_task(name="cashier.tasks.outgoing.sweep_deliveries")
def sweep_deliveries(**kwargs: Any) -> int:
    """Call workers for endpoints with deliveries whose time has come."""
    return outgoing.sweep_deliveries()
