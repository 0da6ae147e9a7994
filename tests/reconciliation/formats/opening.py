"""Ways in for the tests of readers: a file's bytes to its lines and result."""

import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.settings.formats import REPORT_FORMATS
from reconciliation.formats import FormatRefused, ReadError, ReadResult, inspect, read

FILES = Path(__file__).parent / "files"


@dataclass(frozen=True)
class Opened:
    lines: list[Any]
    result: ReadResult


def open_text(source: str, text: str | bytes, *, account: Collection[str] = ()) -> Opened:
    """Reads the whole text; raises FormatRefused."""
    content = text.encode() if isinstance(text, str) else text
    reader = read(source, io.BytesIO(content), registry=REPORT_FORMATS, account=account)
    return Opened(lines=list(reader), result=reader.finish())


def open_own(source: str, name: str, *, account: Collection[str] = ()) -> Opened:
    """Reads one of our own files."""
    return open_text(source, (FILES / name).read_bytes(), account=account)


def refusal_of(source: str, text: str | bytes) -> ReadError:
    """The error of a text that must be refused."""
    try:
        open_text(source, text)
    except FormatRefused as refusal:
        return refusal.error
    raise AssertionError("the file was read, it should have been refused")


def inspected(source: str, path: Path, *, account: Collection[str] = ()) -> dict[str, Any]:
    """ingest's object of a file on disk."""
    with path.open("rb") as file:
        return inspect(file, source=source, registry=REPORT_FORMATS, name=path.name, account=account)
