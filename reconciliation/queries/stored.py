"""Where the bytes of a file lie as they were received (R2)."""

from pathlib import Path

from django.conf import settings


def stored_path(relative: str) -> Path:
    """Where stored bytes lie."""
    return Path(settings.MEDIA_ROOT) / relative
