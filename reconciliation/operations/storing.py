"""Files are kept as they were received, under their own SHA-256 (R2)."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from reconciliation.queries.stored import stored_path


def store(file: BinaryIO, sha256: str, *, under: str = "sources") -> str:
    """Keep the bytes in folder `under` of FILES_DIR and give their path relative to it.

    Kept before: nothing is written. The file must be whole.
    """
    relative = Path(under) / sha256[:2] / sha256
    target = Path(settings.MEDIA_ROOT) / relative
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        file.seek(0)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as part:
            shutil.copyfileobj(file, part, 1 << 20)
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).replace(target)
    return str(relative)


def set_aside(relative: str) -> str:
    """Move bytes that must not be opened (a card number inside) to where only the machine's owner reads; gives the new path."""
    source = stored_path(relative)
    quarantined = Path("quarantine") / source.name
    target = stored_path(str(quarantined))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if source.exists():
        source.replace(target)
        target.chmod(0o600)
    return str(quarantined)
