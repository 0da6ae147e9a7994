"""The sealer of the audit log (S5): one chain of hashes over all records, behind the acts and never in their way."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from ledger.audit_chain import GENESIS, chain_hash_of, content_of, row_hash_of
from ledger.horizon import settled_id
from ledger.models import AuditRecord, AuditSeal

_LOCK = 7_002  # advisory lock: one sealer at a time
_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of the chain: a signed copy of it fixes all records up to it."""

    position: int
    chain_hash: str
    unsealed: int


def seal_audit(*, now: datetime, wait_seconds: float | None = None) -> int:
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


def _seal_chunk(up_to: int, now: datetime) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = AuditSeal.objects.order_by("-position").first()
        position, previous, after = (last.position, last.chain_hash, last.record_id) if last else (0, GENESIS, 0)
        seals = []
        for record in AuditRecord.objects.filter(pk__gt=after, pk__lte=up_to).order_by("pk")[:_CHUNK]:
            position, row_hash = position + 1, row_hash_of(content_of(record))
            previous = chain_hash_of(previous, position, row_hash)
            seals.append(AuditSeal(position=position, record=record, row_hash=row_hash, chain_hash=previous, sealed_at=now))
        AuditSeal.objects.bulk_create(seals)
        return len(seals)
