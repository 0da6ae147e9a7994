"""Taking a signed day's bundle away, checking it, and laying it on write-once storage (D4, D7)."""

import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import structlog
from django.conf import settings

from ledger.actors import Actor
from ledger.proofs import Report
from ledger.signing import get_signer
from reconciliation.models import CloseSnapshot, DailyClose
from reconciliation.operations.closing.days import audit_close
from reconciliation.operations.closing.refusals import NoBundle
from reconciliation.queries.bundles import Bundle, bundle_of, folder_of
from reconciliation.snapshots.verifying import verify_bundle
from reconciliation.snapshots.zipped import write_zip

log = structlog.get_logger(__name__)
_READ_ONLY = 0o444


def take_bundle(*, close: DailyClose, actor: Actor, now: datetime) -> BinaryIO:
    """The bundle as one zip, an open file that is gone when it is closed: an audited act. Raises NoBundle."""
    bundle = require_bundle(close)
    zipped = _zip_of(bundle)
    audit_close("close.bundle_taken", close, actor, now, bundle=bundle.name)
    return zipped


def take_part(*, close: DailyClose, name: str, actor: Actor, now: datetime) -> BinaryIO:
    """One file of the bundle, open for reading: an audited act. Raises NoBundle."""
    bundle = require_bundle(close)
    content = dict(bundle.members()).get(name)
    if content is None:
        raise NoBundle(f"The bundle has no file {name!r}.")
    audit_close("close.bundle_taken", close, actor, now, bundle=bundle.name, file=name)
    if isinstance(content, Path):
        return content.open("rb")
    kept = tempfile.TemporaryFile()  # noqa: SIM115
    kept.write(content)
    kept.seek(0)
    return kept


def verify_close(*, close: DailyClose, actor: Actor, now: datetime) -> Report:
    """Check the bundle as `close_verify` does, every byte of it: an audited act. Raises NoBundle."""
    bundle = require_bundle(close)
    with folder_of(bundle) as folder:
        report = verify_bundle(folder, signer=get_signer())
    audit_close("close.bundle_verified", close, actor, now, bundle=bundle.name, ok=str(report.ok).lower())
    return report


def archive_bundles(*, folder: Path | None = None) -> list[Path]:
    """Lay every bundle that the archive lacks on write-once storage, as one zip; returns those written. None where there is no archive.

    The same bundle is the same bytes, so whoever dies here is continued by the next.
    """
    if folder is None and not settings.AUDIT_ARCHIVE_DIR:
        return []
    folder = folder or Path(settings.AUDIT_ARCHIVE_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    shots = CloseSnapshot.objects.exclude(signature="").select_related("close__entity").order_by("id")
    found = [bundle for shot in shots if (bundle := bundle_of(shot.close)) and not (folder / f"{bundle.name}.zip").exists()]
    return [path for bundle in found if (path := _archive(bundle, folder)) is not None]


def _archive(bundle: Bundle, folder: Path) -> Path | None:
    lost = bundle.lost()
    if lost:
        log.error("close.bundle_damaged", bundle=bundle.name, files=lost)
        return None
    target = folder / f"{bundle.name}.zip"
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            write_zip(out, bundle.members())
            out.flush()
            os.fsync(out.fileno())
        os.chmod(temporary, _READ_ONLY)
        os.link(temporary, target)
    except FileExistsError:
        return None  # another worker was first, with the same bytes
    finally:
        os.unlink(temporary)
    return target


def require_bundle(close: DailyClose) -> Bundle:
    """The whole bundle of a signed day. Raises NoBundle."""
    bundle = bundle_of(close)
    if bundle is None:
        raise NoBundle("There is no bundle: the day is not signed, or was signed before bundles were written.")
    lost = bundle.lost()
    if lost:
        raise NoBundle(f"{lost[0]} of the bundle is gone or damaged. Fetch the archive's copy, and find out who changed what.")
    return bundle


def _zip_of(bundle: Bundle) -> BinaryIO:
    """On disk, not in memory."""
    kept = tempfile.TemporaryFile()  # noqa: SIM115
    write_zip(kept, bundle.members())
    kept.seek(0)
    return kept
