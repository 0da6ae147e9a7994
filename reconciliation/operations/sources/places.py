"""What a place is to us: a list of what lies there, and the bytes of one file. How each kind does it is in sftp.py and folder.py."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self

MOST_FILES = 10_000  # that one look lists; a place with more needs a narrower pattern
# A name becomes part of paths and pages: no separators, no control characters, nothing hidden.
_PLAIN = re.compile(r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,254}")


class PlaceFailed(Exception):
    """The place can't be worked with now; says why in words for a person. The next look tries again."""


class FileFailed(Exception):
    """This one file can't be taken now; others may."""


class StillGrowing(Exception):
    """The file changed while it was taken: it is left until it stands still."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it is listed. modified_at in UTC, whole seconds."""

    name: str
    byte_size: int
    modified_at: datetime


class Place(Protocol):
    """Raises PlaceFailed, of any of its methods."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *problem: object) -> None: ...

    def look(self) -> list[Found]:
        """Plain files that match, oldest first."""

    def fetch(self, found: Found, part: Path) -> None:
        """Bring the file's bytes to `part`, going on where an earlier try left it. Raises FileFailed, StillGrowing."""

    def place_of_taken(self, found: Found) -> str:
        """Where `put_away` will lay the file, below the place; "" where it stays as it is."""

    def put_away(self, found: Found) -> None:
        """The bytes are ours and committed: the file goes from where it lay. Again is no harm."""

    def put_apart(self, lies_at: str, why: str) -> str:
        """The file was refused: gives where it lies now, its reason beside it."""


def is_plain(name: str) -> bool:
    """Whether a file of this name is taken at all."""
    return _PLAIN.fullmatch(name) is not None


def oldest_first(found: list[Found]) -> list[Found]:
    return sorted(found, key=lambda each: (each.modified_at, each.name))
