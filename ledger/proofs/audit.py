"""Proofs over the audit log (S5): the chain is whole, and it still holds what signed heads and the archive say of it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from ledger.audit_chain import GENESIS, bound_statement, chain_hash_of, content_of, head_statement, is_row_hash
from ledger.audit_files import list_manifests, read_manifest, signature_of
from ledger.models import AuditHead, AuditRecord, AuditSeal
from ledger.proofs.checks import Check, Difference, check_of
from ledger.signing import Signature, get_signer

_CHUNK = 1_000


def audit_chain_is_whole(walked: Callable[[int], None] | None = None) -> Check:
    """No sealed record was changed, removed or moved, none was inserted among them, no link is broken (S5).

    `walked` is told the position that was reached, every thousand records.
    """
    return check_of("audit_chain_is_whole", AuditSeal.objects.count(), chain_faults(walked))


def audit_heads_are_signed() -> Check:
    """Every day's head has its signature, and the chain still passes through it: a chain made anew does not (S5)."""
    return check_of("audit_heads_are_signed", AuditHead.objects.count(), head_faults())


def archive_agrees() -> Check:
    """Every segment in the archive ends where the chain stood: also where heads were taken out of the database (S5)."""
    manifests = list_manifests(Path(settings.AUDIT_ARCHIVE_DIR)) if settings.AUDIT_ARCHIVE_DIR else []
    return check_of("archive_agrees", len(manifests), archive_faults(manifests))


def is_head_signed(head: AuditHead) -> bool:
    """Whether a trusted key signed this day's head."""
    statement = head_statement(day=head.day, position=head.position, chain_hash=head.chain_hash, signed_at=head.signed_at)
    return get_signer().verify(statement, signature_of(head.key_id, head.signature))


def is_bound(about: Mapping[str, Any], *, position: int, chain_hash: str, signed_at: datetime, signature: Signature) -> bool:
    """Whether a trusted key bound `about` to this end of the chain (D4)."""
    return get_signer().verify(bound_statement(about, position=position, chain_hash=chain_hash, signed_at=signed_at), signature)


def chain_faults(walked: Callable[[int], None] | None = None) -> Iterator[Difference]:
    """Every place where the chain does not hold, in the order of the records: the first one is the first wrong row. Streams."""
    previous, position, last_record = GENESIS, 0, 0
    for seals in _chunks():
        records = AuditRecord.objects.in_bulk([seal.record_id for seal in seals])
        unsealed = _unsealed(last_record, max(seal.record_id for seal in seals))
        for seal in seals:
            while unsealed and unsealed[0] < seal.record_id:
                yield _inserted(unsealed.pop(0))
            position += 1
            if seal.position != position:
                yield {"position": position, "fault": "a seal is missing"}
                position = seal.position
            yield from _row_faults(seal, records.get(seal.record_id), last_record)
            if chain_hash_of(previous, seal.position, seal.row_hash) != seal.chain_hash:
                yield {"position": seal.position, "record": seal.record_id, "fault": "the chain is broken here"}
            previous, last_record = seal.chain_hash, max(last_record, seal.record_id)
        yield from (_inserted(record) for record in unsealed)
        if walked is not None:
            walked(position)


def head_faults() -> Iterator[Difference]:
    """Heads whose signature is not of a trusted key, and heads that the chain does not pass through."""
    before = 0
    for head in AuditHead.objects.order_by("day").iterator():
        if not is_head_signed(head):
            yield {"day": str(head.day), "position": head.position, "fault": "the signature is not by a trusted key"}
        if head.position < before:
            yield {"day": str(head.day), "position": head.position, "fault": "the head lies before the one of an earlier day"}
        before = max(before, head.position)
        yield from end_faults(str(head.day), head.position, head.chain_hash, "signed")


def archive_faults(manifests: list[Path]) -> Iterator[Difference]:
    """Archived ends that the chain in the database does not pass through."""
    for path in manifests:
        manifest = read_manifest(path)
        if isinstance(manifest, str):
            yield {"file": path.name, "fault": manifest}
            continue
        yield from end_faults(manifest.day, manifest.last_position, manifest.chain_hash, "archived")


def end_faults(day: str, position: int, chain_hash: str, word: str) -> Iterator[Difference]:
    """Where the chain does not pass through an end that was `word` (signed, archived) for a day."""
    seal = AuditSeal.objects.filter(position=position).first()
    held = seal.chain_hash if seal else GENESIS if position == 0 else ""
    if not held:
        yield {"day": day, "position": position, "fault": f"the log ends before what was {word}"}
    elif held != chain_hash:
        yield {"day": day, "position": position, "fault": f"the chain is not the one that was {word}"}


def _chunks() -> Iterator[list[AuditSeal]]:
    after = 0
    while seals := list(AuditSeal.objects.filter(position__gt=after).order_by("position")[:_CHUNK]):
        yield seals
        after = seals[-1].position


def _unsealed(after: int, up_to: int) -> list[int]:
    """Records that stand among sealed ones without a seal: the sealer goes by number, so these came after it."""
    found = AuditRecord.objects.filter(pk__gt=after, pk__lt=up_to, seal__isnull=True).order_by("pk")
    return list(found.values_list("pk", flat=True)[:_CHUNK])


def _row_faults(seal: AuditSeal, record: AuditRecord | None, last_record: int) -> Iterator[Difference]:
    place = {"position": seal.position, "record": seal.record_id}
    if seal.record_id <= last_record:
        yield {**place, "fault": "sealed out of order"}
    if record is None:
        yield {**place, "fault": "the record was removed"}
    elif not is_row_hash(content_of(record), seal.row_hash):
        yield {**place, "fault": "the record was changed"}


def _inserted(record: int) -> Difference:
    return {"record": record, "fault": "the record was inserted later"}
