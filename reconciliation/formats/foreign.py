"""Files that are no report and no statement, whatever they were given for: archives, workbooks, pages of a portal. Their heads tell."""

from collections.abc import Iterator
from typing import BinaryIO

from reconciliation.formats.values import BankLine, FormatRefused, PspEvent, PspLine, ReadResult

_LOOKED_AT = 512
_HEADS = (
    (b"pk\x03\x04", "a ZIP archive or a workbook (.xlsx): unpack it, or save its sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "a workbook (.xls): save its sheet as CSV"),
    (b"\x1f\x8b", "a gzip archive: unpack it"),
    (b"%pdf-", "a PDF, which is for people: ask for the same as camt.053, MT940, BAI2 or CSV"),
    (b"-----begin pgp message", "encrypted: decrypt it first"),
    (b"<!doctype html", "a web page, which portals give to who is not signed in: fetch the file again"),
    (b"<html", "a web page, which portals give to who is not signed in: fetch the file again"),
)


def what_else(file: BinaryIO) -> str:
    """What the file is, and what to do with it; "" where it may be what it was given for. Leaves the file at its start."""
    file.seek(0)
    head = file.read(_LOOKED_AT).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    file.seek(0)
    return next((told for mark, told in _HEADS if head.startswith(mark)), "")


class ForeignReader:
    """Refuses the file; see values.Reader."""

    encoding = ""

    def __init__(self, told: str) -> None:
        self._told = told

    def __iter__(self) -> Iterator[PspLine | BankLine | PspEvent]:
        raise FormatRefused("encoding", f"the file is {self._told}", line=1, column=1)

    def finish(self) -> ReadResult:
        """There is none: raises LookupError."""
        raise LookupError("The file has not been read to its end.")
