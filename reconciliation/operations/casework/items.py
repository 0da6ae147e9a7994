"""What the books hold open for a case: the items that a disposition may move (POSTINGS.md section 4).

A line in suspense stands under its own reference. A capture, refund or payout stands in clearing under its id, until its line
comes: a batch relieves clearing as a whole, and the match says which item that was. So what is open of an item is what was posted
under its id, less what its matched lines took. A batch stands in transit under its name, until the bank shows it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Sum

from ledger.errors import BadPublicId
from ledger.ids import from_public
from ledger.models import Entry
from reconciliation.models import CaseLink, ExceptionCase, SettlementBatch, SuspenseItem

# Kind of link -> (prefix of its id, ending of the reference that its entries carry, kinds of matches that relieve it).
RECORDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "capture": ("cap_", "", ("capture",)),
    "refund": ("rf_", "", ("refund", "refund_reversal")),
    "refund_reversal": ("rf_", "", ("refund", "refund_reversal")),
    "payout": ("po_", "", ("payout",)),
    "payout_return": ("po_", ":returned", ("payout_return",)),
}
LINES = {"psp_line": "line:psp:", "bank_line": "bl:"}

# What the lines of an item took out of clearing when their batches were posted. A line that stood in suspense at that time took
# nothing from the item; of a line that was matched again only its first match did. Parameters: kinds, item.
_RELIEVED = """
SELECT m.currency, sum(m.line_minor), count(*)
  FROM reconciliation_match m JOIN reconciliation_batch b ON b.id = m.batch_id AND b.posted_txn <> ''
 WHERE m.line_kind = 'psp' AND m.item_kind = ANY(%(kinds)s) AND m.item_id = %(item)s
   AND NOT EXISTS (SELECT FROM reconciliation_suspense_item s
                    WHERE s.line_kind = 'psp' AND s.line_id = m.line_id AND s.placed_txn = b.posted_txn)
   AND NOT EXISTS (SELECT FROM reconciliation_match o WHERE o.line_kind = 'psp' AND o.line_id = m.line_id AND o.id < m.id)
 GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One account's open amount under one reference, signed: debit positive, never zero.

    `line`: ("psp" | "bank", number) of a line in suspense, else None. `has_line`: something came against it already, so that what
    is open is a difference; without, all of it still waits.
    """

    kind: str
    holder: str
    asset: str
    open_minor: int
    ref: str
    line: tuple[str, int] | None = None
    has_line: bool = True

    def as_source(self) -> dict[str, Any]:
        """As a posting rule reads it."""
        return {"kind": self.kind, "holder": self.holder, "asset": self.asset, "open_minor": self.open_minor, "ref": self.ref}


def open_items(case: ExceptionCase) -> list[OpenItem]:
    """Items of the case's links in suspense, clearing and in transit, in that order, that don't stand at zero."""
    links = sorted({(link.kind, link.target_id) for link in case.links.all()})
    suspense = [item for kind, target in links if kind in LINES for item in suspense_of(case.entity_id, kind, target)]
    clearing = {item.ref: item for kind, target in links if kind in RECORDS for item in clearing_of(case.entity_id, kind, target)}
    transit = [item for kind, target in links if kind == "batch" for item in _transit_of(case.entity_id, target)]
    return [*suspense, *clearing.values(), *transit]


def lock_items(case: ExceptionCase) -> None:
    """Whoever moves items of the same records waits here; lines in suspense also for the engine. Needs a transaction."""
    links = sorted({(link.kind, link.target_id) for link in case.links.all() if link.kind in {*LINES, *RECORDS, "batch"}})
    with connection.cursor() as cursor:
        for _, target in links:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 8))", [f"item:{target}"])
    for kind, target in links:
        if kind in LINES:
            list(SuspenseItem.objects.select_for_update(of=("self",)).filter(line_kind=kind[:-5], line_id=line_number(target)))


def records_of(case_id: UUID, target: str) -> list[tuple[str, str]]:
    """What the case speaks of and a person may move, with the payouts of PSPs that `target` names, as (kind, public id)."""
    links = CaseLink.objects.filter(case_id=case_id, kind__in=[*LINES, *RECORDS, "batch"])
    named = [("batch", name) for name in target.replace(",", " ").split() if name.startswith(SettlementBatch.PREFIX)]
    return sorted({*links.values_list("kind", "target_id"), *named})


def suspense_of(entity_id: UUID, kind: str, target: str) -> list[OpenItem]:
    """What stands in suspense for one line."""
    number = line_number(target)
    rows = _sums(entity_id, "suspense", [f"{LINES[kind]}{number}"])
    line = (kind.removesuffix("_line"), number)
    return [OpenItem("suspense", r["account__owner_ref"], r["asset"], int(r["total"]), r["ref"], line) for r in rows if r["total"]]


def clearing_of(entity_id: UUID, kind: str, target: str) -> list[OpenItem]:
    """What stands in clearing for one capture, refund or payout (or the return of one)."""
    prefix, ending, kinds = RECORDS[kind]
    relieved = _relieved(kinds, _uuid(target, prefix))
    items = []
    for row in _sums(entity_id, "clearing", [f"{target}{ending}"]):
        minor, lines = relieved.get(row["asset"], (0, 0))
        left = int(row["total"]) - minor
        if left:
            items.append(
                OpenItem("clearing", row["account__owner_ref"], row["asset"], left, row["ref"], has_line=lines > 0 or row["count"] > 1)
            )
    return items


def line_number(target: str) -> int:
    """The number of the line that a link names."""
    return int(target.rpartition(":")[2])


def linked(case: ExceptionCase, kind: str) -> str:
    """Public id of the first linked record of a kind, or ""."""
    return next((link.target_id for link in case.links.all() if link.kind == kind), "")


def _transit_of(entity_id: UUID, target: str) -> list[OpenItem]:
    """What is in transit under a batch's name; `target` is its public id or that name."""
    rows = _sums(entity_id, "in_transit", [_batch_ref(target)])
    return [OpenItem("in_transit", r["account__owner_ref"], r["asset"], int(r["total"]), r["ref"]) for r in rows if r["total"]]


def _sums(entity_id: UUID, kind: str, refs: Sequence[str]) -> Iterable[Any]:
    entries = Entry.objects.filter(ref__in=[ref for ref in refs if ref], account__kind=kind, account__entity_id=entity_id)
    return (
        entries.values("account__owner_ref", "asset", "ref").annotate(total=Sum("amount_minor"), count=Count("pk")).order_by("ref", "asset")
    )


def _relieved(kinds: tuple[str, ...], item_id: UUID | None) -> dict[str, tuple[int, int]]:
    """By currency: what its lines took, and how many they are."""
    if item_id is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_RELIEVED, {"kinds": list(kinds), "item": item_id})
        return {currency: (int(total), int(count)) for currency, total, count in cursor.fetchall()}


def _uuid(target: str, prefix: str) -> UUID | None:
    try:
        return from_public(target, prefix)
    except BadPublicId:
        return None


def _batch_ref(target: str) -> str:
    batch_id = _uuid(target, SettlementBatch.PREFIX)
    if batch_id is None:
        return target
    batch = SettlementBatch.objects.select_related("merchant_account").filter(pk=batch_id).first()
    return batch.ref if batch else ""
