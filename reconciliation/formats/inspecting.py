"""What `ingest` says of a file: the object of INTERFACES.md section 2, from the file alone."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any, BinaryIO

from reconciliation.formats.column_map import ColumnMap
from reconciliation.formats.reading import read
from reconciliation.formats.values import FormatRefused, ReadError, ReadResult, Statement

_CHUNK = 1 << 20


def inspect(
    file: BinaryIO,
    *,
    source: str,
    registry: Mapping[str, str],
    name: str,
    account: Collection[str] = (),
    zone: str = "",
    maps: Sequence[ColumnMap] = (),
    duplicate_of: str | None = None,
) -> dict[str, Any]:
    """Read the whole file and describe it; loads nothing and keeps no line. `account`, `zone` and `maps` as `read` takes them;
    `duplicate_of` is the loader's to know.

    Raises UnknownSource; a broken file is no exception here but `readable` false with `error`.
    """
    sha256, size = digest(file)
    described: dict[str, Any] = {"name": name, "sha256": sha256, "bytes": size}
    reader = read(source, file, registry=registry, account=account, zone=zone, maps=maps)
    try:
        for _ in reader:
            pass
        result = reader.finish()
    except FormatRefused as refusal:
        described["encoding"] = reader.encoding or None
        return describe(source=source, file=described, result=None, error=refusal.error, duplicate_of=duplicate_of)
    return describe(source=source, file=described, result=result, error=None, duplicate_of=duplicate_of)


def describe(
    *, source: str, file: dict[str, Any], result: ReadResult | None, error: ReadError | None, duplicate_of: str | None = None
) -> dict[str, Any]:
    """ingest's object of a result, or of a refusal (then `result` is None): what a loader that already read the file prints."""
    return {
        "source": source,
        "file": {**file, "encoding": result.encoding if result else file.get("encoding")},
        "duplicate_of": duplicate_of,
        "readable": result is not None,
        "accepted": result is not None and error is None and result.accepted,
        "lines": result.lines if result else 0,
        "statements": [_statement(statement) for statement in result.statements] if result else [],
        "totals": [asdict(total) for total in result.totals] if result else [],
        "checks": [asdict(check) for check in result.checks] if result else [],
        "error": asdict(error) if error else None,
    }


def digest(file: BinaryIO) -> tuple[str, int]:
    """SHA-256 (hex) and size in bytes; leaves the file at its start."""
    file.seek(0)
    sha, size = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        sha.update(chunk)
        size += len(chunk)
    file.seek(0)
    return sha.hexdigest(), size


def _statement(statement: Statement) -> dict[str, Any]:
    shown = ("index", "account_ref", "number", "currency", "opening_minor", "closing_minor", "lines")
    return {name: getattr(statement, name) for name in shown}
