"""A folder below DROP_DIR that people and programs put files into (R1).

A file that we hold goes to `taken` by one rename, after what we know of it is committed: ended between, the next look does it. One that
is refused goes to `refused`, its reason beside it. Nothing is ever deleted here.
"""

import os
import stat
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Self

from django.conf import settings

from reconciliation.models import FileSource
from reconciliation.operations.sources.places import MOST_FILES, FileFailed, Found, PlaceFailed, StillGrowing, is_plain, oldest_first

TAKEN, REFUSED = "taken", "refused"


class FolderPlace:
    """See Place."""

    def __init__(self, source: FileSource) -> None:
        self._pattern = source.pattern
        self._folder = folder_of(source.directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        return None

    def look(self) -> list[Found]:
        try:
            with os.scandir(self._folder) as entries:
                found = [each for entry in entries if (each := self._found(entry))]
        except OSError as error:
            raise PlaceFailed(f"The folder {self._folder} can't be read: {error.strerror}.") from error
        return oldest_first(found)[:MOST_FILES]

    def fetch(self, found: Found, part: Path) -> None:
        """Copy it, and see that nobody wrote to it meanwhile."""
        try:
            with (self._folder / found.name).open("rb") as source, part.open("wb") as target:
                while chunk := source.read(1 << 20):
                    target.write(chunk)
                after = os.fstat(source.fileno())
        except OSError as error:
            raise FileFailed(f"{found.name} can't be read: {error.strerror}") from error
        if not _is_same(after, found) or part.stat().st_size != found.byte_size:
            raise StillGrowing(found.name)

    def place_of_taken(self, found: Found) -> str:
        """Files of one name, put there on two days, are two files."""
        return f"{TAKEN}/{found.modified_at:%Y%m%dT%H%M%S}-{found.byte_size}-{found.name}"

    def put_away(self, found: Found) -> None:
        """One rename. A file that changed since we read it stays: the next look takes it as a new one."""
        path = self._folder / found.name
        try:
            if _is_same(path.stat(), found):
                _rename(path, self._folder / self.place_of_taken(found))
        except OSError as error:
            raise FileFailed(f"{found.name} can't be moved to {TAKEN}: {error.strerror}") from error

    def put_apart(self, lies_at: str, why: str) -> str:
        path, target = self._folder / lies_at, self._folder / REFUSED / Path(lies_at).name
        if not path.exists():
            return lies_at
        try:
            _rename(path, target)
            target.with_name(target.name + ".reason.txt").write_text(why + "\n", encoding="utf-8")
        except OSError as error:
            raise PlaceFailed(f"{path.name} was refused and can't be put apart: {error.strerror}.") from error
        return f"{REFUSED}/{target.name}"

    def _found(self, entry: "os.DirEntry[str]") -> Found | None:
        if not is_plain(entry.name) or not fnmatchcase(entry.name, self._pattern):
            return None
        try:
            facts = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(facts.st_mode):
            return None
        return Found(entry.name, facts.st_size, datetime.fromtimestamp(int(facts.st_mtime), UTC))


def _is_same(facts: os.stat_result, found: Found) -> bool:
    return (facts.st_size, int(facts.st_mtime)) == (found.byte_size, int(found.modified_at.timestamp()))


def _rename(path: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    path.replace(target)


def folder_of(directory: str) -> Path:
    """The folder of that name below DROP_DIR. Raises PlaceFailed for one that would be elsewhere."""
    base = Path(settings.DROP_DIR).resolve()
    folder = (base / directory).resolve()
    if folder == base or base not in folder.parents:
        raise PlaceFailed("A folder lies below DROP_DIR.")
    return folder
