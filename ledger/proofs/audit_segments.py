"""A segment of the audit log checked without the database (S5): the file, its rows, the chain, the signature."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ledger.audit_chain import GENESIS, chain_hash_of, head_statement, is_row_hash
from ledger.audit_files import MANIFEST, SEGMENT, Manifest, digest_of, list_manifests, read_manifest, signature_of
from ledger.proofs.checks import Check, Difference, Report, check_of, report_of
from ledger.signing import Signer


def verify_segments(path: Path, *, signer: Signer) -> Report:
    """Check one segment (its .jsonl or its manifest), or every one of a folder and that each follows the one before."""
    manifests = list_manifests(path) if path.is_dir() else [_manifest_of(path)]
    checks = [lambda each=each: check_segment(each, signer=signer) for each in manifests]
    return report_of([lambda: segments_are_there(path, manifests), *checks, lambda: segments_follow(manifests)])


def segments_are_there(path: Path, manifests: list[Path]) -> Check:
    """There is something to check, and no segment lies in the folder without its manifest."""
    strays = sorted(set(path.glob(f"audit-*{SEGMENT}")) - {_segment_of(each) for each in manifests}) if path.is_dir() else []
    faults: list[Difference] = [{"file": stray.name, "fault": "a segment without its manifest"} for stray in strays]
    faults += [] if manifests else [{"file": path.name, "fault": "no segment is here"}]
    return check_of("segments_are_there", len(manifests), faults)


def check_segment(path: Path, *, signer: Signer) -> Check:
    """One segment against its manifest. `differences` begin with the first wrong row."""
    manifest = read_manifest(path)
    name = f"segment {path.name.removesuffix(MANIFEST)}"
    if isinstance(manifest, str):
        return check_of(name, 0, [{"file": path.name, "fault": manifest}])
    return check_of(name, manifest.records, _segment_faults(path, manifest, signer))


def segments_follow(manifests: list[Path]) -> Check:
    """Each segment of the folder begins where the one of the day before ended, the first one at the beginning."""
    read = [manifest for path in manifests if isinstance(manifest := read_manifest(path), Manifest)]
    return check_of("segments_follow", len(read), _gaps(read) if len(manifests) > 1 else [])


def _segment_faults(path: Path, manifest: Manifest, signer: Signer) -> Iterator[Difference]:
    file = path.with_name(Path(manifest.file).name)
    if not file.exists():
        yield {"file": manifest.file, "fault": "the segment is not beside its manifest"}
        return
    yield from _row_faults(file, manifest)
    if digest_of(file) != manifest.sha256:
        yield {"file": file.name, "fault": "the file is not the one of the manifest (SHA-256)"}
    if not _is_signed(manifest, signer):
        yield {"file": path.name, "fault": "the signature is not by a trusted key"}


def _row_faults(file: Path, manifest: Manifest) -> Iterator[Difference]:
    previous, position, last_record = manifest.previous_chain_hash, manifest.first_position - 1, 0
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            row = _row(line)
            if row is None:
                yield {"line": number, "fault": "the line is no row of a segment"}
                continue
            position += 1
            place = {"line": number, "position": row["position"], "record": row["record"].get("id")}
            if row["position"] != position:
                yield {**place, "fault": f"position {position} is expected here: rows were removed, inserted or moved"}
                position = row["position"]
            if not is_row_hash(row["record"], row["row_hash"]):
                yield {**place, "fault": "the record was changed"}
            if chain_hash_of(previous, row["position"], row["row_hash"]) != row["chain_hash"]:
                yield {**place, "fault": "the chain is broken here"}
            if row["record"].get("id", 0) <= last_record:
                yield {**place, "fault": "sealed out of order"}
            previous, last_record = row["chain_hash"], row["record"].get("id", 0)
    if (position, previous) != (manifest.last_position, manifest.chain_hash):
        yield {"position": position, "fault": f"the segment does not end at the signed head, position {manifest.last_position}"}


def _row(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    kinds = {"position": int, "row_hash": str, "chain_hash": str, "record": dict}
    if not isinstance(row, dict) or set(row) != set(kinds) or not all(type(row[name]) is kind for name, kind in kinds.items()):
        return None
    return row if isinstance(row["record"].get("id"), int) else None


def _is_signed(manifest: Manifest, signer: Signer) -> bool:
    try:
        day, signed_at = date.fromisoformat(manifest.day), datetime.fromisoformat(manifest.signed_at)
    except ValueError:
        return False
    statement = head_statement(day=day, position=manifest.last_position, chain_hash=manifest.chain_hash, signed_at=signed_at)
    return signer.verify(statement, signature_of(manifest.key_id, manifest.signature))


def _gaps(manifests: list[Manifest]) -> Iterator[Difference]:
    position, chain_hash = 0, GENESIS
    for manifest in manifests:
        if (manifest.first_position, manifest.previous_chain_hash) != (position + 1, chain_hash):
            yield {"day": manifest.day, "position": manifest.first_position, "fault": "the segment does not follow the one before"}
        position, chain_hash = manifest.last_position, manifest.chain_hash


def _manifest_of(path: Path) -> Path:
    return path if path.name.endswith(MANIFEST) else path.with_name(path.name.removesuffix(SEGMENT) + MANIFEST)


def _segment_of(manifest: Path) -> Path:
    return manifest.with_name(manifest.name.removesuffix(MANIFEST) + SEGMENT)
