"""On which business days an entity's books moved."""

from datetime import date
from uuid import UUID

from django.db import connection

from ledger.models import JournalTransaction

# Balances taken over from other books begin these; they are no day's business.
OPENING_KINDS = ("BANK_OPENED", "OPENING_BALANCE")
SAW_NOTHING = "1:1:"
# Both sides are stored numbers of transactions. The first condition is one comparison, and true of what came late only.
_UNSEEN = """
SELECT count(*) FROM ledger_journal_transaction
 WHERE entity_id = %(entity)s AND business_date = %(day)s
   AND xact_id >= pg_snapshot_xmin(%(seen)s::pg_snapshot)::text::bigint
   AND NOT pg_visible_in_snapshot(xact_id::text::xid8, %(seen)s::pg_snapshot)
"""


def next_active_day(entity_id: UUID, *, after: date | None, before: date) -> date | None:
    """The first business day strictly between `after` (None: from the beginning) and `before` that has postings. One index probe."""
    postings = JournalTransaction.objects.filter(entity_id=entity_id, business_date__lt=before).exclude(kind__in=OPENING_KINDS)
    if after is not None:
        postings = postings.filter(business_date__gt=after)
    return postings.order_by("business_date").values_list("business_date", flat=True).first()


def count_unseen(entity_id: UUID, day: date, snapshot: str) -> int:
    """How many postings of the business day a reader with this snapshot (`ledger.horizon.current_snapshot`) did not see, those in flight
    then included. Reads the day by its index."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEEN, {"entity": entity_id, "day": day, "seen": snapshot})
        return int(cursor.fetchone()[0])
