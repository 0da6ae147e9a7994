"""What the one door takes, and what it gives (L3, L8, L20)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from ledger.ids import to_public
from ledger.shadowing import Beside
from ledger.values import Line


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement of money to be posted (L3, L8, L20).

    rule: a key of settings.POSTING_RULES ("DEPOSIT_CAPTURED@1"); its function takes `source` and returns the lines.
    key: names the movement, never the messenger ("deposit.captured:cap_…"). source: all that the rule reads; ints, text,
    booleans, lists, dicts and null only. occurred_at: when it happened, aware. business_date: only for documents that
    state their own day (bank lines); it still moves to the open day if closed (L16).
    """

    rule: str
    key: str
    entity_id: UUID
    source: dict[str, Any]
    occurred_at: datetime
    intent_id: str = ""
    player_id: str = ""
    payload_sha256: str = ""
    reverses_id: UUID | None = None
    business_date: date | None = None


@dataclass(frozen=True, slots=True)
class PostedTransaction:
    """A transaction in the journal; `created` is False where the same movement was posted before (L3)."""

    id: UUID
    created: bool
    business_date: date
    corrects_date: date | None

    @property
    def public_id(self) -> str:
        return to_public("txn_", self.id)


class Prepared(NamedTuple):
    """A posting with its lines, as the SQL functions take it; `beside`: what a shadow made of it, None where there is none (L11)."""

    id: UUID
    posting: Posting
    lines: list[Line]
    kind: str
    source: str
    fingerprint: str
    day: date
    beside: Beside | None = None
