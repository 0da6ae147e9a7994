"""The balance of one account of the house at the end of a business day: as it is now, less what was posted into later days."""

from datetime import date
from uuid import UUID

from django.db.models import Sum

from ledger.models import Entry
from ledger.queries import get_balance


def balance_on(entity_id: UUID, kind: str, holder: str, asset: str, day: date) -> int:
    """Signed minor units, debit positive."""
    later = Entry.objects.filter(
        account__entity_id=entity_id, account__kind=kind, account__owner_ref=holder, asset=asset, business_date__gt=day
    ).aggregate(total=Sum("amount_minor"))["total"]
    return get_balance(entity_id, kind, holder, asset) - int(later or 0)
