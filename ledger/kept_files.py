"""Files that are kept: there whole, on the disk for good, or not there at all (R2, X1, E5)."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from ledger.refusals import Refused


class FileNotKept(Refused):
    """The disk refuses to keep a file."""

    code = "FILE_NOT_KEPT"


def keep_file(target: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Have `write` fill a file beside `target`, flush it to the disk, and give it the name: whoever finds `target` finds all of it.

    Raises FileNotKept where the disk is full or refuses; what was begun is taken away again.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as part:
            try:
                write(part)
                part.flush()
                os.fsync(part.fileno())
                Path(part.name).replace(target)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        _flush_folder(target.parent)
    except OSError as problem:
        raise FileNotKept(
            f"The file can't be kept: {problem.strerror or problem}. Nothing was stored; make room where FILES_DIR lies, and send it again."
        ) from problem


def _flush_folder(folder: Path) -> None:
    """The name lasts too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
