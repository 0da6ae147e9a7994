"""The arithmetic of the audit chain (S5), without a database: whoever holds a segment file can follow it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from ledger.canonical import canonical_json, sha256_hex
from ledger.errors import BadSource

GENESIS = sha256_hex("countroom audit chain")


def content_of(record: Any) -> dict[str, Any]:
    """All columns of an AuditRecord as exact JSON; instants in UTC with microseconds."""
    return {
        "id": record.pk, "act": record.act, "actor_kind": record.actor_kind, "actor_id": record.actor_id,
        "target_kind": record.target_kind, "target_id": record.target_id, "detail": record.detail, "reason": record.reason,
        "trace_id": record.trace_id, "recorded_at": instant(record.recorded_at),
    }  # fmt: skip


def row_hash_of(content: Mapping[str, Any]) -> str:
    """Hex SHA-256 over the canonical JSON of a record's content. Raises BadSource for what was never written by us (a float)."""
    return sha256_hex(canonical_json(dict(content)))


def is_row_hash(content: Mapping[str, Any], expected: str) -> bool:
    """Whether a content has this hash; content that can't be exact JSON has none."""
    try:
        return row_hash_of(content) == expected
    except BadSource:
        return False


def chain_hash_of(previous: str, position: int, row_hash: str) -> str:
    """Hex SHA-256 that ties a seal to the one before."""
    return sha256_hex(f"{previous}:{position}:{row_hash}")


def head_statement(*, day: date, position: int, chain_hash: str, signed_at: datetime) -> bytes:
    """The bytes that are signed for a day: they fix every record up to `position`."""
    content = {
        "statement": "countroom audit head", "day": day.isoformat(), "position": position, "chain_hash": chain_hash,
        "signed_at": instant(signed_at),
    }  # fmt: skip
    return canonical_json(content).encode()


def bound_statement(about: Mapping[str, Any], *, position: int, chain_hash: str, signed_at: datetime) -> bytes:
    """The bytes that are signed where something is bound to the head at that moment: `about` says what, as exact JSON (D4)."""
    content = {
        "statement": "countroom audit head, bound", "about": dict(about), "position": position, "chain_hash": chain_hash,
        "signed_at": instant(signed_at),
    }  # fmt: skip
    return canonical_json(content).encode()


def instant(moment: datetime) -> str:
    """An instant as the chain writes it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
