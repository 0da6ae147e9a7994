"""The sealer of the audit log (S5): one chain of hashes over all records, and how to check it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from ledger.canonical import canonical_json, sha256_hex
from ledger.horizon import settled_id
from ledger.models import AuditRecord, AuditSeal

_LOCK = 7_002  # advisory lock: one sealer at a time
_CHUNK = 1_000
GENESIS = sha256_hex("countroom audit chain")


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of the chain: a signed copy of it fixes all records up to it."""

    position: int
    chain_hash: str
    unsealed: int


def seal_audit(*, now: datetime, wait_seconds: float = 2.0) -> int:
    """Append a seal for every record that is not sealed and can't be overtaken any more; returns how many.

    Records are sealed in the order of their ids. Runs outside any transaction; writes nothing while an older database
    transaction is in flight (`pg_snapshot_xmin`).
    """
    up_to = settled_id("ledger_audit_record", seconds=wait_seconds)
    return 0 if up_to is None else sum(iter(lambda: _seal_chunk(up_to, now), 0))


def get_chain_head() -> ChainHead:
    """Position and hash of the last seal, and how many records wait for theirs."""
    last = AuditSeal.objects.order_by("-position").first()
    waiting = AuditRecord.objects.filter(id__gt=last.record_id if last else 0).count()
    return ChainHead(last.position, last.chain_hash, waiting) if last else ChainHead(0, GENESIS, waiting)


def row_hash_of(record: AuditRecord) -> str:
    """Hex SHA-256 over all columns of a record, canonical JSON, instants in UTC with microseconds."""
    content: dict[str, Any] = {
        "id": record.pk, "act": record.act, "actor_kind": record.actor_kind, "actor_id": record.actor_id,
        "target_kind": record.target_kind, "target_id": record.target_id, "detail": record.detail, "reason": record.reason,
        "trace_id": record.trace_id, "recorded_at": record.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }  # fmt: skip
    return sha256_hex(canonical_json(content))


def chain_hash_of(previous: str, position: int, row_hash: str) -> str:
    """Hex SHA-256 that ties a seal to the one before."""
    return sha256_hex(f"{previous}:{position}:{row_hash}")


def chain_faults() -> Iterator[dict[str, Any]]:
    """Every place where the chain does not hold: changed, removed or inserted records, broken links. Streams."""
    previous, position, last_record = GENESIS, 0, 0
    for seal in AuditSeal.objects.order_by("position").iterator(chunk_size=_CHUNK):
        position += 1
        record = AuditRecord.objects.filter(pk=seal.record_id).first()
        if seal.position != position:
            yield {"position": position, "fault": "a seal is missing"}
            position = seal.position
        if seal.record_id <= last_record:
            yield {"position": seal.position, "record": seal.record_id, "fault": "sealed out of order"}
        if record is None:
            yield {"position": seal.position, "record": seal.record_id, "fault": "the record was removed"}
        elif row_hash_of(record) != seal.row_hash:
            yield {"position": seal.position, "record": seal.record_id, "fault": "the record was changed"}
        if chain_hash_of(previous, seal.position, seal.row_hash) != seal.chain_hash:
            yield {"position": seal.position, "record": seal.record_id, "fault": "the chain is broken here"}
        previous, last_record = seal.chain_hash, seal.record_id
    for record in AuditRecord.objects.filter(pk__lte=last_record, seal__isnull=True).iterator(chunk_size=_CHUNK):
        yield {"record": record.pk, "fault": "the record was inserted later"}


def _seal_chunk(up_to: int, now: datetime) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = AuditSeal.objects.order_by("-position").first()
        position, previous, after = (last.position, last.chain_hash, last.record_id) if last else (0, GENESIS, 0)
        seals = []
        for record in AuditRecord.objects.filter(pk__gt=after, pk__lte=up_to).order_by("pk")[:_CHUNK]:
            position, row_hash = position + 1, row_hash_of(record)
            previous = chain_hash_of(previous, position, row_hash)
            seals.append(AuditSeal(position=position, record=record, row_hash=row_hash, chain_hash=previous, sealed_at=now))
        AuditSeal.objects.bulk_create(seals)
        return len(seals)
