"""Numbered lines of a text file in any encoding, one at a time: what line-wise bank formats are read from."""

import io
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from reconciliation.formats.encodings import detect_encoding
from reconciliation.formats.values import FormatRefused

_LONGEST = 1 << 16


def iter_lines(file: BinaryIO, encoding: str) -> Iterator[tuple[int, str]]:
    """(number from 1, line) without line ends and without the control characters that transfer protocols leave.

    Raises FormatRefused for NUL, bytes that are not in `encoding` and lines above 64 Ki characters.
    """
    text = io.TextIOWrapper(file, encoding=encoding, newline=None)
    try:
        for number, line in enumerate(iter(partial(text.readline, _LONGEST), ""), start=1):
            if len(line) >= _LONGEST:
                raise FormatRefused("too_long", f"a line of more than {_LONGEST} characters", line=number, column=_LONGEST)
            if "\0" in line:
                raise FormatRefused("encoding", "a NUL byte; this is not a text file", line=number, column=line.index("\0") + 1)
            yield number, line.rstrip("\n").strip("\x01\x03\x1a\ufeff")
    except UnicodeDecodeError as error:
        raise FormatRefused("encoding", f"not {encoding}: {error.reason}") from None
    finally:
        text.detach()


def find_encoding(file: BinaryIO) -> str:
    """Encoding of the file; refuses an empty one."""
    file.seek(0)
    if not file.read(1):
        raise FormatRefused("empty", "the file is empty", line=1, column=1)
    return detect_encoding(file)
