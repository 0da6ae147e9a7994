"""Files are kept as they were received, under their own SHA-256 (R2)."""

import shutil
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from ledger.kept_files import keep_file
from reconciliation.queries.stored import is_intact, stored_path

QUARANTINE = "quarantine"


def store(file: BinaryIO, sha256: str, *, under: str = "sources") -> str:
    """Keep the bytes in folder `under` of FILES_DIR and give their path relative to it.

    Kept before and still the same: nothing is written. The file must be whole. Raises FileNotKept.
    """
    relative = Path(under) / sha256[:2] / sha256
    target = Path(settings.MEDIA_ROOT) / relative
    if not is_intact(target, sha256):
        file.seek(0)
        keep_file(target, lambda part: shutil.copyfileobj(file, part, 1 << 20))
    return str(relative)


def is_set_aside(relative: str) -> bool:
    return Path(relative).parts[0] == QUARANTINE


def set_aside(relative: str) -> str:
    """Move bytes that must not be opened (a card number inside) to where only the machine's owner reads; gives the new path."""
    source = stored_path(relative)
    quarantined = Path(QUARANTINE) / source.name
    target = stored_path(str(quarantined))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if source.exists():
        source.replace(target)
        target.chmod(0o600)
    return str(quarantined)
