"""On which business days an entity's books moved."""

from datetime import date
from uuid import UUID

from ledger.models import JournalTransaction

# Balances taken over from other books begin these; they are no day's business.
OPENING_KINDS = ("BANK_OPENED", "OPENING_BALANCE")


def next_active_day(entity_id: UUID, *, after: date | None, before: date) -> date | None:
    """The first business day strictly between `after` (None: from the beginning) and `before` that has postings. One index probe."""
    postings = JournalTransaction.objects.filter(entity_id=entity_id, business_date__lt=before).exclude(kind__in=OPENING_KINDS)
    if after is not None:
        postings = postings.filter(business_date__gt=after)
    return postings.order_by("business_date").values_list("business_date", flat=True).first()
