"""Which encoding a text file has, found by one pass in bounded memory."""

import codecs
from typing import BinaryIO

_CHUNK = 1 << 20
_ASCII = bytes(range(128))
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Words that tell the code page of a bank that writes neither ASCII nor UTF-8.
_CYRILLIC = (b"RUB", b"UAH", b"BGN", b"BYN")
_CENTRAL = (
    b"PLN",
    b"CZK",
    b"HUF",
    b"RON",
    b"HRK",
    b"SKK",
    b":25:PL",
    b":25:/PL",
    b":25:CZ",
    b":25:HU",
    b":25:RO",
    b":25:SK",
    b":25:SI",
    b":25:HR",
)


def detect_encoding(file: BinaryIO) -> str:
    """Name of a codec that decodes the whole file: ascii, utf-8, utf-8-sig, utf-16 (-le, -be), else cp1250, cp1251, cp1252 or latin-1.

    Leaves the file at its start.
    """
    file.seek(0)
    head = file.read(4)
    named = next((name for bom, name in _BOMS if head.startswith(bom)), "") or _wide(head)
    file.seek(0)
    found = named or _by_content(file)
    file.seek(0)
    return found


def _wide(head: bytes) -> str:
    """UTF-16 whose mark is missing: a file begins with ASCII, of which every other byte is then zero."""
    zeros = [not byte for byte in head]
    return "utf-16-le" if zeros == [False, True, False, True] else "utf-16-be" if zeros == [True, False, True, False] else ""


def _by_content(file: BinaryIO) -> str:
    """One pass: is it valid UTF-8, which high bytes does it use, which code page do its currencies hint at."""
    decoder, is_utf8, high, hint = codecs.getincrementaldecoder("utf-8")(), True, set[int](), ""
    while chunk := file.read(_CHUNK):
        high.update(chunk.translate(None, _ASCII))
        hint = hint or _hint(chunk)
        is_utf8 = is_utf8 and _decodes(decoder, chunk, final=False)
    if not high:
        return "ascii"
    if is_utf8 and _decodes(decoder, b"", final=True):
        return "utf-8"
    return next(name for name in (hint, "cp1252", "cp1250", "latin-1") if name and _covers(name, high))


def _covers(encoding: str, high: set[int]) -> bool:
    try:
        bytes(high).decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _hint(chunk: bytes) -> str:
    if any(word in chunk for word in _CENTRAL):
        return "cp1250"
    return "cp1251" if any(word in chunk for word in _CYRILLIC) else ""


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
