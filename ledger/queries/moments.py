"""As of which moment books are read (L13), and up to which entry they are read whole (L7)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from ledger.horizon import settled_id

_PATIENCE_SECONDS = 0.3
_LAST_CHECKPOINT = "SELECT coalesce(max(entry_id), 0) FROM ledger_checkpoint"
_LAST_VISIBLE = "SELECT coalesce(max(id), 0) FROM ledger_entry"


@dataclass(frozen=True, slots=True)
class AsOf:
    """Entries of business days up to and with `business_date`, posted at or before `posted_at` (aware); None sets no bound.

    The two differ: a correction posted today may belong to yesterday's open day, and then only the first one has it.
    """

    business_date: date | None = None
    posted_at: datetime | None = None

    @property
    def is_now(self) -> bool:
        return self.business_date is None and self.posted_at is None

    def conditions(self) -> tuple[list[str], dict[str, object]]:
        """Conditions on `ledger_entry e`, and their parameters."""
        found: list[str] = []
        if self.business_date is not None:
            found.append("e.business_date <= %(asof_day)s")
        if self.posted_at is not None:
            found.append(
                "EXISTS (SELECT FROM ledger_journal_transaction p WHERE p.id = e.transaction_id AND p.posted_at <= %(asof_instant)s)"
            )
        return found, self._params()

    def covered(self) -> str:
        """Condition on `ledger_checkpoint c`: that all entries up to it count. Parameters are those of `conditions`.

        A correction posted later into an earlier day lies behind such a checkpoint, in the tail, where each entry is asked.
        """
        found = ["true"]
        if self.business_date is not None:
            found.append("c.business_until <= %(asof_day)s")
        if self.posted_at is not None:
            found.append("c.posted_until <= %(asof_instant)s")
        return " AND ".join(found)

    def later(self) -> str:
        """Condition on `ledger_journal_transaction t`: that it does not count yet. Parameters are those of `conditions`."""
        found = ["false"]
        if self.business_date is not None:
            found.append("t.business_date > %(asof_day)s")
        if self.posted_at is not None:
            found.append("t.posted_at > %(asof_instant)s")
        return " OR ".join(found)

    def _params(self) -> dict[str, object]:
        return {"asof_day": self.business_date, "asof_instant": self.posted_at}


NOW = AsOf()


@dataclass(frozen=True, slots=True)
class Mark:
    """The last entry that a walk over pages reads: nothing up to it can be in flight, so no page loses or repeats an entry.

    `is_late`: older writers still ran, so the mark is that of the last checkpoint, and newer entries are left for later.
    """

    entry_id: int
    is_late: bool = False


def take_mark() -> Mark:
    """A mark for a new walk. Inside a transaction, which can't wait for others: the last entry that it sees."""
    if connection.in_atomic_block:
        return Mark(_number(_LAST_VISIBLE))
    settled = settled_id("ledger_entry", seconds=_PATIENCE_SECONDS)
    return Mark(settled) if settled is not None else Mark(_number(_LAST_CHECKPOINT), is_late=True)


def _number(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])
