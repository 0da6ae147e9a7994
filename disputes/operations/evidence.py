"""Evidence is attached to a dispute (X1, X3)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from disputes.files import is_whole, store_evidence
from disputes.locks import lock_dispute
from disputes.models import Dispute, DisputeState, Evidence
from disputes.refusals import DisputeNotAnswerable, EvidenceDamaged
from ledger.actors import Actor
from ledger.operations import record_audit
from ledger.transitions import move


def attach_evidence(
    *, dispute_id: UUID, content: bytes, name: str, content_type: str, kind: str, source: str, actor: Actor, now: datetime
) -> Evidence:
    """Keep a file with its hash, source and time. The same content attached again is the same evidence, and mends a
    file that was damaged on disk.

    Raises BadEvidence (size, type, content), DisputeNotAnswerable, Dispute.DoesNotExist.
    """
    owner = Dispute(pk=dispute_id).public_id
    stored = store_evidence(content, content_type=content_type, owner=owner)
    with transaction.atomic():
        dispute, _ = lock_dispute(dispute_id)
        known = dispute.evidence.filter(sha256=stored.sha256).first()
        if known is not None:
            return known
        if not dispute.is_answerable:
            raise DisputeNotAnswerable(state=dispute.state)
        evidence = Evidence(
            dispute=dispute,
            kind=kind,
            name=name[:120],
            content_type=content_type,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            source=source[:120],
            path=stored.path,
            added_by_kind=actor.kind,
            added_by_id=actor.id,
            added_at=now,
        )
        evidence.save(force_insert=True)
        if dispute.state == DisputeState.NOTIFIED:
            move(dispute, "collect", actor=actor, now=now, event="dispute.evidence_attached")
        detail = {"evidence": evidence.public_id, "sha256": stored.sha256, "size_bytes": stored.size_bytes}
        record_audit(act="dispute.evidence_attached", actor=actor, target_kind="dispute", target_id=owner, detail=detail, now=now)
    return evidence


def require_whole(dispute: Dispute, files: Iterable[tuple[Evidence, str]]) -> None:
    """What is sent must open and have these hashes (hex): an answer goes out once. Raises EvidenceDamaged, which names the files."""
    owner = dispute.public_id
    damaged = [item.name for item, sha256 in files if not is_whole(item.path, owner=owner, sha256=sha256)]
    if damaged:
        raise EvidenceDamaged(f"Damaged on disk: {', '.join(damaged)}. Attach the same file again: that mends it.", files=damaged)
