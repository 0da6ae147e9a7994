"""What the books hold open under the references of a case: the items that a disposition may move."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Sum

from ledger.ids import from_public
from ledger.models import Entry
from reconciliation.models import ExceptionCase, SettlementBatch

OPEN_KINDS = ("suspense", "clearing", "in_transit")


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One account's balance under one reference, signed: debit positive. Never zero."""

    kind: str
    holder: str
    asset: str
    open_minor: int
    ref: str

    def as_source(self) -> dict[str, Any]:
        """As a posting rule reads it."""
        return asdict(self)


def open_items(case: ExceptionCase) -> list[OpenItem]:
    """Items of the case's links in suspense, clearing or in transit, in that order, that don't stand at zero."""
    refs = item_refs(case)
    if not refs:
        return []
    rows = (
        Entry.objects.filter(ref__in=refs, account__kind__in=OPEN_KINDS, account__entity_id=case.entity_id)
        .values("account__kind", "account__owner_ref", "asset", "ref")
        .annotate(open_minor=Sum("amount_minor"))
        .exclude(open_minor=0)
    )
    items = [OpenItem(r["account__kind"], r["account__owner_ref"], r["asset"], int(r["open_minor"]), r["ref"]) for r in rows]
    return sorted(items, key=lambda item: (OPEN_KINDS.index(item.kind), item.ref))


def item_refs(case: ExceptionCase) -> list[str]:
    """References that entries of this case's records carry: ids of ours as they are, lines as "line:psp:7", batches by their name."""
    refs: list[str] = []
    for link in case.links.all():
        if link.kind in ("psp_line", "bank_line"):
            refs.append(
                link.target_id if link.target_id.startswith("line:") else f"line:{link.kind.removesuffix('_line')}:{link.target_id}"
            )
        elif link.kind == "batch":
            refs.append(_batch_ref(link.target_id))
        else:
            refs.append(link.target_id)
    return [ref for ref in refs if ref]


def linked(case: ExceptionCase, kind: str) -> str:
    """Public id of the first linked record of a kind, or ""."""
    return next((link.target_id for link in case.links.all() if link.kind == kind), "")


def _batch_ref(target: str) -> str:
    """The name that a batch's entries carry; `target` is its public id or that name."""
    if not target.startswith(SettlementBatch.PREFIX):
        return target
    batch = SettlementBatch.objects.select_related("merchant_account").filter(pk=from_public(target, SettlementBatch.PREFIX)).first()
    return batch.ref if batch else ""
