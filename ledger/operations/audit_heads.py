"""Every day's end of the audit chain, signed, and its segment on write-once storage (S5)."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from ledger.actors import Actor
from ledger.audit_chain import GENESIS, bound_statement, content_of, head_statement, instant
from ledger.audit_files import FORMAT, Manifest, digest_of, manifest_name, segment_name, write_manifest, write_once
from ledger.canonical import canonical_json
from ledger.models import AuditHead, AuditSeal
from ledger.operations.audit import record_audit
from ledger.operations.sealing import get_chain_head, seal_audit
from ledger.signing import get_signer

_LOCK = 7_003  # advisory lock: one signer at a time


@dataclass(frozen=True, slots=True)
class Archived:
    """ISO days that were signed, and paths of segments that were written."""

    signed: list[str]
    files: list[str]


@dataclass(frozen=True, slots=True)
class BoundHead:
    """The end of the chain at a moment, signed together with what was bound to it. `signature`: base64."""

    position: int
    chain_hash: str
    key_id: str
    signature: str


def bind_to_head(*, about: Mapping[str, Any], now: datetime) -> BoundHead:
    """Sign the present end of the chain together with `about` (exact JSON). Raises ImproperlyConfigured without a signing key."""
    head = get_chain_head()
    signed = get_signer().sign(bound_statement(about, position=head.position, chain_hash=head.chain_hash, signed_at=now))
    return BoundHead(head.position, head.chain_hash, signed.key_id, base64.b64encode(signed.value).decode())


def archive_audit(*, now: datetime) -> Archived:
    """Seal what can be sealed, sign the head of every day that ended, write the segments that the archive lacks.

    Runs outside any transaction. Days are UTC days of the sealing. Run again, it does what is left, and nothing twice.
    Raises ImproperlyConfigured without a signing key, ArchiveConflict where the archive holds another file of that name.
    """
    seal_audit(now=now)
    signed = sign_audit_heads(now=now)
    files = export_segments(Path(settings.AUDIT_ARCHIVE_DIR)) if settings.AUDIT_ARCHIVE_DIR else []
    return Archived([head.day.isoformat() for head in signed], [str(path) for path in files])


def sign_audit_heads(*, now: datetime) -> list[AuditHead]:
    """Sign the head of every day before today in which the chain grew, and of yesterday in any case; returns the new ones."""
    today = now.astimezone(UTC).date()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = AuditHead.objects.order_by("-day").first()
        return [_sign(day, now) for day in _days_to_sign(last, today)]


def take_segment(*, head: AuditHead, folder: Path, actor: Actor, now: datetime) -> list[Path]:
    """Write one signed day's segment and its manifest into an empty folder for a person who takes them away: an audited act."""
    previous = AuditHead.objects.filter(day__lt=head.day).order_by("-day").first()
    segment = _export(folder, head, previous)
    detail = {"position": head.position, "sha256": digest_of(segment)}
    record_audit(act="audit.exported", actor=actor, target_kind="AuditHead", target_id=head.day.isoformat(), detail=detail, now=now)
    return [segment, folder / manifest_name(head.day.isoformat())]


def export_segments(folder: Path) -> list[Path]:
    """Write each signed day's segment and manifest that the folder lacks; returns the segments written. Raises ArchiveConflict."""
    folder.mkdir(parents=True, exist_ok=True)
    previous, written = None, []
    for head in AuditHead.objects.order_by("day"):
        if not (folder / manifest_name(head.day.isoformat())).exists():
            written.append(_export(folder, head, previous))
        previous = head
    return written


def _days_to_sign(last: AuditHead | None, today: date) -> list[date]:
    seals = AuditSeal.objects.filter(sealed_at__lt=_midnight(today), position__gt=last.position if last else 0)
    found = {moment.date() for moment in seals.datetimes("sealed_at", "day", tzinfo=UTC)} | {today - timedelta(days=1)}
    return sorted(day for day in found if last is None or day > last.day)


def _sign(day: date, now: datetime) -> AuditHead:
    before = AuditHead.objects.order_by("-day").first()
    seal = AuditSeal.objects.filter(sealed_at__lt=_midnight(day + timedelta(days=1))).order_by("-position").first()
    position, chain_hash = (seal.position, seal.chain_hash) if seal else (0, GENESIS)
    if before and before.position >= position:
        position, chain_hash = before.position, before.chain_hash
    statement = head_statement(day=day, position=position, chain_hash=chain_hash, signed_at=now)
    signature = get_signer().sign(statement)
    return AuditHead.objects.create(
        day=day, position=position, chain_hash=chain_hash, key_id=signature.key_id,
        signature=base64.b64encode(signature.value).decode(), signed_at=now,
    )  # fmt: skip


def _export(folder: Path, head: AuditHead, previous: AuditHead | None) -> Path:
    """The segment first, its manifest last: a manifest says that the segment is whole."""
    day, after = head.day.isoformat(), previous.position if previous else 0
    path = write_once(folder / segment_name(day), _lines(after, head.position))
    manifest = Manifest(
        format=FORMAT, day=day, file=path.name, sha256=digest_of(path), bytes=path.stat().st_size, records=head.position - after,
        first_position=after + 1, last_position=head.position, previous_chain_hash=previous.chain_hash if previous else GENESIS,
        chain_hash=head.chain_hash, key_id=head.key_id, signature=head.signature, signed_at=instant(head.signed_at),
    )  # fmt: skip
    write_manifest(folder, manifest)
    return path


def _lines(after: int, up_to: int) -> Iterator[str]:
    seals = AuditSeal.objects.filter(position__gt=after, position__lte=up_to).select_related("record").order_by("position")
    for seal in seals.iterator(chunk_size=1_000):
        content = {"position": seal.position, "row_hash": seal.row_hash, "chain_hash": seal.chain_hash, "record": content_of(seal.record)}
        yield canonical_json(content) + "\n"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=UTC)
