"""Entries of the journal."""

from datetime import date
from uuid import UUID

from django.db.models import QuerySet, Sum

from ledger.models import Entry


def list_entries(
    *, entity_id: UUID | None = None, kind: str = "", holder: str = "", asset: str = "", ref: str = "", transaction_id: UUID | None = None,
    business_date: date | None = None,
) -> QuerySet[Entry]:  # fmt: skip
    """Entries in the order in which they were posted, with account and transaction; empty filters don't filter."""
    wanted = {
        "account__entity_id": entity_id, "account__kind": kind, "account__owner_ref": holder, "asset": asset, "ref": ref,
        "transaction_id": transaction_id, "business_date": business_date,
    }  # fmt: skip
    chosen = {name: value for name, value in wanted.items() if value}
    return Entry.objects.filter(**chosen).select_related("account", "transaction").order_by("id")


def open_of(entity_id: UUID, kind: str, holder: str, asset: str, ref: str) -> int:
    """What stands open for one item on an account, minor units, debit positive."""
    entries = list_entries(entity_id=entity_id, kind=kind, holder=holder, asset=asset, ref=ref).order_by()
    return int(entries.aggregate(total=Sum("amount_minor"))["total"] or 0)
