"""Segments of the audit log as files (S5): one JSON object a line, and a manifest beside them. No database.

    audit-2026-11-20.jsonl            {"position": 1, "row_hash": …, "chain_hash": …, "record": {…}} per line, canonical JSON
    audit-2026-11-20.manifest.json    what Manifest holds

The signature is over the head (`audit_chain.head_statement`); the head fixes every record up to it.
"""

import base64
import binascii
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ledger.refusals import LedgerError
from ledger.signing import Signature

FORMAT = "countroom-audit-segment@1"
SEGMENT, MANIFEST = ".jsonl", ".manifest.json"
_READ_ONLY = 0o444


class ArchiveConflict(LedgerError):
    """The archive holds another file of this name: nothing is ever overwritten there."""

    code = "AUDIT_ARCHIVE_CONFLICT"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`sha256`, `bytes`: of the file. Positions are of seals; an empty day has first = last + 1. `signature`: base64."""

    format: str
    day: str
    file: str
    sha256: str
    bytes: int
    records: int
    first_position: int
    last_position: int
    previous_chain_hash: str
    chain_hash: str
    key_id: str
    signature: str
    signed_at: str


def segment_name(day: str) -> str:
    return f"audit-{day}{SEGMENT}"


def manifest_name(day: str) -> str:
    return f"audit-{day}{MANIFEST}"


def list_manifests(folder: Path) -> list[Path]:
    """Manifests of a folder by day; none where the folder is absent."""
    return sorted(folder.glob(f"audit-*{MANIFEST}"))


def read_manifest(path: Path) -> Manifest | str:
    """The manifest, or what is wrong with it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "the manifest can't be read"
    wanted = {field.name: int if field.type in (int, "int") else str for field in fields(Manifest)}
    if not isinstance(content, dict) or set(content) != set(wanted) or content["format"] != FORMAT:
        return f"the manifest is not of the format {FORMAT}"
    if not all(type(content[name]) is kind for name, kind in wanted.items()):
        return "the manifest has a value of the wrong kind"
    return Manifest(**content)


def write_manifest(folder: Path, manifest: Manifest) -> Path:
    """Raises ArchiveConflict."""
    text = json.dumps(asdict(manifest), indent=2) + "\n"
    return write_once(folder / manifest_name(manifest.day), [text])


def write_once(path: Path, parts: Iterable[str]) -> Path:
    """Write a whole read-only file that did not exist; the same content again is no error. Raises ArchiveConflict.

    The file appears under its name complete or not at all, and never replaces one that is there (link refuses that).
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _READ_ONLY)
        _link(Path(temporary), path)
    finally:
        os.unlink(temporary)
    return path


def digest_of(path: Path) -> str:
    """Hex SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def signature_of(key_id: str, text: str) -> Signature:
    """A stored signature; text that is no base64 is a signature that nobody made."""
    try:
        return Signature(key_id, base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return Signature(key_id, b"")


def _link(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        if digest_of(path) != digest_of(temporary):
            raise ArchiveConflict(f"{path} exists with other content. Keep it, and find out who changed what (audit_verify).") from None
