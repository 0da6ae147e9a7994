"""Reads of disputes that are more than one filter deep."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet, Sum

from disputes.models import Dispute
from disputes.models.disputes import OPEN_STATES
from ledger.models import Entry


def list_disputes(brand_ids: Collection[UUID]) -> QuerySet[Dispute]:
    """Disputes of these brands, with what a list shows."""
    rows = Dispute.objects.select_related("merchant_account", "player", "capture__intent")
    return rows.filter(player__brand_id__in=brand_ids)


def count_open_disputes(*, player_id: UUID) -> int:
    """How many disputes of this player are open: a gate of payouts asks (P3)."""
    return Dispute.objects.filter(player_id=player_id, state__in=OPEN_STATES).count()


def open_debt(dispute: Dispute) -> int:
    """What the player still owes from this dispute, minor units: what was booked as owed, less what was collected or written off."""
    return max(0, booked(dispute, "receivable"))


def written_off(dispute: Dispute) -> int:
    """What of this dispute two people have given up, minor units."""
    return max(0, booked(dispute, "chargeback_loss"))


def in_clearing(dispute: Dispute) -> int:
    """Balance of chargeback_clearing for this dispute, debit positive: zero for every closed dispute whose money has moved."""
    return booked(dispute, "chargeback_clearing")


def booked(dispute: Dispute, kind: str) -> int:
    """Sum of the entries of one account kind that name this dispute, debit positive."""
    entries = Entry.objects.filter(ref=dispute.public_id, account__kind=kind, asset=dispute.currency)
    return int(entries.aggregate(total=Sum("amount_minor"))["total"] or 0)
