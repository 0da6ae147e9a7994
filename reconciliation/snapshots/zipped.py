"""A bundle as one file: stored, not packed, every header with fixed values, so that one content has one zip, byte for byte."""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO

_PIECE = 1 << 20
_WHEN = (1980, 1, 1, 0, 0, 0)
Content = Path | bytes


def write_zip(out: IO[bytes], members: Iterable[tuple[str, Content]]) -> None:
    """Members as (name, path or bytes), in the order given. Streams; `out` must be able to seek."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            size = len(content) if isinstance(content, bytes) else content.stat().st_size
            with archive.open(_info(name, size), "w", force_zip64=size >= 1 << 31) as member:
                for piece in _pieces(content):
                    member.write(piece)


def extract_zip(source: Path, folder: Path) -> str:
    """The members as files of a folder, or what is wrong: a name that is no plain file name is refused. Streams."""
    try:
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                if not is_plain(info.filename) or info.compress_type != zipfile.ZIP_STORED or (folder / info.filename).exists():
                    return f"the archive holds {info.filename!r}, which is no file of a bundle"
                if info.file_size > source.stat().st_size:
                    return f"the archive says more of {info.filename} than it holds"
                _extract(archive, info, folder / info.filename)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as problem:
        return f"the archive can't be read: {problem}"
    return ""


def first_difference(one: Path, other: Path) -> int | None:
    """The first byte in which two files differ, from 0; None where they are the same."""
    position = 0
    with one.open("rb") as left, other.open("rb") as right:
        while True:
            a, b = left.read(_PIECE), right.read(_PIECE)
            if a != b:
                return position + next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            if not a:
                return None
            position += len(a)


def is_plain(name: str) -> bool:
    """Whether a name can only be a file of the folder itself."""
    return bool(name) and name not in (".", "..") and not set(name) & set("/\\:\0") and name.isascii()


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Its check sum is not looked at: what a file's content must be, the manifest says."""
    with archive.open(info) as member, target.open("wb") as out:
        member._expected_crc = None  # type: ignore[attr-defined]
        while piece := member.read(_PIECE):
            out.write(piece)


def _info(name: str, size: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _WHEN)
    info.create_system, info.external_attr, info.file_size = 3, 0o644 << 16, size
    return info


def _pieces(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        yield from _read(file)


def _read(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
