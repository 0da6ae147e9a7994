"""The bundle of a signed day: where its files lie, and whether they do (D4)."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.proofs import Check
from ledger.proofs.checks import Difference, check_of
from ledger.signing import get_signer
from reconciliation.models import CloseSnapshot, DailyClose
from reconciliation.queries.stored import stored_path
from reconciliation.snapshots.manifest import MANIFEST, SIGNATURE, manifest_bytes, read_signature, signed_bytes
from reconciliation.snapshots.zipped import Content

FOLDER = "closes"


@dataclass(frozen=True, slots=True)
class Bundle:
    """`manifest` as it was signed; `signature`: the text of signature.json."""

    name: str
    manifest: dict[str, Any]
    signature: str

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Its files but manifest and signature: [{"name", "sha256", "bytes", "rows"}]."""
        return list(self.manifest["files"])

    def members(self) -> list[tuple[str, Content]]:
        """Every file with its content, in the order of the zip."""
        first: list[tuple[str, Content]] = [(MANIFEST, manifest_bytes(self.manifest)), (SIGNATURE, self.signature.encode())]
        return first + [(part["name"], part_path(part["sha256"])) for part in self.parts]

    def is_signed(self) -> bool:
        """Whether a trusted key signed this manifest. Quick; of the files it says nothing."""
        signature = read_signature(self.signature.encode())
        return not isinstance(signature, str) and get_signer().verify(signed_bytes(manifest_bytes(self.manifest)), signature)

    def lost(self) -> list[str]:
        """Names of files that are not where they were kept, or have another length. Their hashes are checked by `verify_bundle`."""
        return [part["name"] for part in self.parts if _size(part_path(part["sha256"])) != part["bytes"]]


def bundle_of(close: DailyClose) -> Bundle | None:
    """The bundle of a signed version; None where it was signed before there were bundles, or is not signed."""
    shot = close.snapshots.order_by("-id").first()
    return _bundle(shot, close) if shot is not None else None


def part_path(sha256: str) -> Path:
    """Where a file of a bundle is kept."""
    return stored_path(str(Path(FOLDER) / sha256[:2] / sha256))


def closes_have_bundles() -> Check:
    """Every signed day has all files of its bundle, none but those of before the first bundle excepted (D4)."""
    return check_of("closes_have_bundles", CloseSnapshot.objects.count(), _faults())


def _faults() -> Iterator[Difference]:
    begun = False
    for shot in CloseSnapshot.objects.select_related("close__entity").order_by("id").iterator():
        bundle = _bundle(shot, shot.close)
        if bundle is None and not begun:
            continue
        begun, place = True, {"close": shot.close.public_id, "day": shot.close.business_date.isoformat()}
        if bundle is None:
            yield {**place, "fault": "signed without a bundle"}
        else:
            yield from ({**place, "file": name, "fault": "the file is gone or has another length"} for name in bundle.lost())


def _bundle(shot: CloseSnapshot, close: DailyClose) -> Bundle | None:
    manifest = shot.manifest.get("bundle")
    return Bundle(bundle_name(close), manifest, shot.signature) if manifest else None


def bundle_name(close: DailyClose) -> str:
    """ "close-MT1-2026-11-19-v1"."""
    return f"close-{close.entity.code}-{close.business_date.isoformat()}-v{close.version}"


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


@contextmanager
def folder_of(bundle: Bundle) -> Iterator[Path]:
    """The bundle as a folder: links to its files, not copies."""
    with tempfile.TemporaryDirectory(prefix="close-") as name:
        for member, content in bundle.members():
            if isinstance(content, Path):
                (Path(name) / member).symlink_to(content.absolute())
            else:
                (Path(name) / member).write_bytes(content)
        yield Path(name)
