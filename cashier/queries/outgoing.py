"""How outgoing webhooks fare (A8)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Max, Q, QuerySet

from cashier.models import OutgoingDelivery, OutgoingEndpoint

State = OutgoingDelivery.State


class Health(StrEnum):
    """off: turned off. failing: what was tried last was not taken. well: all else."""

    OFF = "OFF"
    FAILING = "FAILING"
    WELL = "WELL"


@dataclass(frozen=True, slots=True)
class EndpointStanding:
    """An endpoint's health, how many deliveries wait and were given up, and when the last one was taken (real time)."""

    health: Health
    waiting: int
    failed: int
    delivered_at: datetime | None


def get_standing(endpoint: OutgoingEndpoint) -> EndpointStanding:
    """How an endpoint fares now."""
    rows = OutgoingDelivery.objects.filter(endpoint=endpoint)
    counts = rows.filter(state__in=(State.WAITING, State.FAILED)).aggregate(
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        failed_at=Max("ended_at", filter=Q(state=State.FAILED)),
        refused=Count("pk", filter=Q(state=State.WAITING, tries__gt=0) & ~Q(error="")),
    )
    last = rows.filter(state=State.DELIVERED).order_by("-id").values_list("ended_at", flat=True).first()
    is_failing = bool(counts["refused"]) or bool(counts["failed_at"] and (last is None or counts["failed_at"] > last))
    health = Health.OFF if not endpoint.is_enabled else Health.FAILING if is_failing else Health.WELL
    return EndpointStanding(health, counts["waiting"], counts["failed"], last)


def list_told(aggregate: str, *, most: int = 100) -> QuerySet[OutgoingDelivery]:
    """What was told of an intent, payout, dispute, … to whom, oldest first."""
    return (
        OutgoingDelivery.objects.filter(aggregate=aggregate).select_related("endpoint", "event").order_by("position", "endpoint_id")[:most]
    )
