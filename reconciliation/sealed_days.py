"""A signed day is bound to the audit chain: what the signature says, and whether it still holds (D4, S5)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from ledger.audit_files import signature_of
from ledger.proofs import Check
from ledger.proofs.audit import end_faults, is_bound
from ledger.proofs.checks import Difference, check_of
from reconciliation.models import CloseSnapshot, DailyClose


def statement_of(close: DailyClose, totals_sha256: str) -> dict[str, Any]:
    """What is bound to the head: which day of whose books, in which version, with which totals."""
    day: date = close.business_date
    return {
        "close": close.public_id, "entity": close.entity.code, "business_date": day.isoformat(), "version": close.version,
        "totals_sha256": totals_sha256,
    }  # fmt: skip


def is_signed(snapshot: CloseSnapshot) -> bool:
    """Whether a trusted key signed this day's totals together with the head that stands beside them."""
    return snapshot.audit_position is not None and is_bound(
        statement_of(snapshot.close, snapshot.sha256), position=snapshot.audit_position, chain_hash=snapshot.audit_head,
        signed_at=snapshot.taken_at, signature=signature_of(snapshot.audit_key_id, snapshot.audit_signature),
    )  # fmt: skip


def closes_are_bound() -> Check:
    """Every signed day carries a head of the chain under a trusted signature, and the chain still passes through it (D4, S5)."""
    return check_of("closes_are_bound", CloseSnapshot.objects.count(), _faults())


def _faults() -> Iterator[Difference]:
    """Snapshots of before the first signed one have no signature; after it none may lack its own."""
    begun = False
    for snapshot in CloseSnapshot.objects.select_related("close__entity").order_by("id").iterator():
        if snapshot.audit_position is None and not begun:
            continue
        begun, place = True, {"close": snapshot.close.public_id, "day": snapshot.close.business_date.isoformat()}
        if not is_signed(snapshot):
            yield {**place, "position": snapshot.audit_position, "fault": "the signature is not by a trusted key"}
        elif snapshot.audit_position is not None:
            faults = end_faults(place["day"], snapshot.audit_position, snapshot.audit_head, "bound to the close")
            yield from ({**place, **fault} for fault in faults)
