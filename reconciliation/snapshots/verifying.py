"""A bundle checked on a machine that has nothing but it and a public key (D4): every byte, the signature, the sums (`close_verify`)."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from ledger.audit_chain import bound_statement
from ledger.audit_files import digest_of, signature_of
from ledger.proofs.checks import Check, Difference, Report, check_of, report_of
from ledger.signing import Signer
from reconciliation.snapshots import contents
from reconciliation.snapshots.manifest import MANIFEST, SIGNATURE, parts_of, read_manifest, read_signature, signed_bytes
from reconciliation.snapshots.places import first_wrong_row
from reconciliation.snapshots.writing import Part
from reconciliation.snapshots.zipped import extract_zip, first_difference, is_plain, write_zip

_MANIFEST_BYTES = 64 << 20  # nobody's manifest is longer
_WHOLE = ("files_are_those_listed", "archive_is_its_files")  # tables are opened only then
Progress = Callable[[Check], None] | None


def verify_bundle(path: Path, *, signer: Signer, progress: Progress = None) -> Report:
    """Check a bundle, a folder or its zip. The first difference of the first check that fails names the first wrong file, or row.

    Tables are opened only where their hash is the manifest's: a damaged file is never given to a reader.
    """
    if path.is_dir():
        return report_of(_checks(path, signer), progress=progress)
    with tempfile.TemporaryDirectory(prefix="close-") as folder:
        inside = Path(folder)
        problem = extract_zip(path, inside)
        return report_of(_checks(inside, signer, lambda: _archive(path, inside, problem)), progress=progress)


def _checks(folder: Path, signer: Signer, archive: Callable[[], Check] | None = None) -> list[Callable[[], Check | list[Check]]]:
    """Files first, so that a wrong one is named; what is inside last, and only where all before it holds."""
    found: dict[str, Any] = {}

    def files() -> list[Check]:
        found["manifest"], check = _manifest(folder, signer)
        if found["manifest"] is not None:
            done = [check, _files(folder, found["manifest"]), _head(found["manifest"], signer)]
        else:
            done = [check]
        done += [archive()] if archive else []
        found["whole"] = found["manifest"] is not None and all(each.ok for each in done if each.name in _WHOLE)
        return done

    def inside() -> list[Check]:
        return contents.checks(folder, found["manifest"]) if found.get("whole") else []

    return [files, inside]


def _manifest(folder: Path, signer: Signer) -> tuple[dict[str, Any] | None, Check]:
    """manifest.json has its one form, and a trusted key signed these bytes."""
    content = _read(folder / MANIFEST)
    manifest = "the file is missing" if content is None else read_manifest(content)
    if isinstance(manifest, str):
        return None, check_of("manifest_is_signed", 0, [{"file": MANIFEST, "fault": manifest}])
    bad = [name for name in (part.name for part in parts_of(manifest)) if not is_plain(name) or name in (MANIFEST, SIGNATURE)]
    if bad:
        return None, check_of("manifest_is_signed", 0, [{"file": MANIFEST, "fault": f"lists {bad[0]!r}, which is no file of a bundle"}])
    return manifest, check_of("manifest_is_signed", 1, _signature_faults(folder, content or b"", signer))


def _signature_faults(folder: Path, manifest: bytes, signer: Signer) -> Iterator[Difference]:
    content = _read(folder / SIGNATURE)
    signature = "the file is missing" if content is None else read_signature(content)
    if isinstance(signature, str):
        yield {"file": SIGNATURE, "fault": signature}
    elif not signer.verify(signed_bytes(manifest), signature):
        yield {
            "file": MANIFEST,
            "fault": f"the signature by key {signature.key_id} is not by a trusted key over this manifest",
            "help": "--public-key FILE names a key to trust",
        }


def _files(folder: Path, manifest: dict[str, Any]) -> Check:
    """Every listed file has its length and SHA-256, and no other file is here."""
    parts = parts_of(manifest)
    return check_of("files_are_those_listed", len(parts), _file_faults(folder, parts))


def _file_faults(folder: Path, parts: list[Part]) -> Iterator[Difference]:
    names = {part.name for part in parts}
    good = {part.name for part in parts if _is(folder / part.name, part)}
    for part in parts:
        if not (folder / part.name).is_file():
            yield {"file": part.name, "fault": "the file is missing"}
        elif part.name not in good:
            yield {
                "file": part.name,
                "fault": "the file is not the one of the manifest (SHA-256)",
                **first_wrong_row(folder, part.name, good),
            }
    for stray in sorted(each.name for each in folder.iterdir()):
        if stray not in {*names, MANIFEST, SIGNATURE}:
            yield {"file": stray, "fault": "the manifest does not list this file"}


def _is(path: Path, part: Part) -> bool:
    return path.is_file() and path.stat().st_size == part.size and digest_of(path) == part.sha256


def _head(manifest: dict[str, Any], signer: Signer) -> Check:
    """The day's totals were bound to the end of the audit chain by a trusted key (S5)."""
    return check_of(
        "audit_head_is_bound", 1, [] if _is_bound(manifest, signer) else [{"file": MANIFEST, "fault": "the audit head is not bound"}]
    )


def _is_bound(manifest: dict[str, Any], signer: Signer) -> bool:
    try:
        head, close = manifest["audit_head"], manifest["close"]
        about = {
            "close": close["id"], "entity": close["entity"], "business_date": close["business_date"], "version": close["version"],
            "totals_sha256": manifest["totals_sha256"],
        }  # fmt: skip
        signed_at = datetime.fromisoformat(manifest["signed"]["at"])
        statement = bound_statement(about, position=head["position"], chain_hash=head["chain_hash"], signed_at=signed_at)
        return signer.verify(statement, signature_of(head["key_id"], head["signature"]))
    except (KeyError, TypeError, ValueError):
        return False


def _archive(path: Path, inside: Path, problem: str) -> Check:
    """The zip is what its files make, byte for byte: nothing hides between them."""
    if problem:
        return check_of("archive_is_its_files", 1, [{"file": path.name, "fault": problem}])
    with _zip_of(inside) as made:
        at = first_difference(path, made)
    fault = {"file": path.name, "byte": at, "fault": "the archive is not the one that these files make"}
    return check_of("archive_is_its_files", 1, [] if at is None else [fault])


@contextmanager
def _zip_of(folder: Path) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(prefix="close-", suffix=".zip") as out:
        write_zip(out, [(path.name, path) for path in in_order(folder)])
        out.flush()
        yield Path(out.name)


def in_order(folder: Path) -> list[Path]:
    """Files as a bundle's zip has them: manifest and signature first, then by name."""
    first = [folder / MANIFEST, folder / SIGNATURE]
    return [path for path in first if path.is_file()] + sorted(path for path in folder.iterdir() if path not in first)


def _read(path: Path) -> bytes | None:
    if not path.is_file() or path.stat().st_size > _MANIFEST_BYTES:
        return None
    return path.read_bytes()
