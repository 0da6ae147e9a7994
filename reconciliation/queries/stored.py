"""Where the bytes of a file lie as they were received, and whether they still are those (R2)."""

from pathlib import Path

from django.conf import settings

from ledger.audit_files import digest_of


def stored_path(relative: str) -> Path:
    """Where stored bytes lie."""
    return Path(settings.MEDIA_ROOT) / relative


def is_intact(path: Path, sha256: str) -> bool:
    """Whether a file is there, can be read and has this hash (hex)."""
    try:
        return digest_of(path) == sha256
    except OSError:
        return False
