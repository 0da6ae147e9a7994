"""Rows of a delimited text file, by default commas and UTF-8, with their line numbers and raw text, one at a time."""

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import BinaryIO

from reconciliation.formats.values import FormatRefused

Row = tuple[int, str, list[str]]
_LONGEST = 1 << 20  # characters of one row; a file without line ends must not fill the memory


def iter_rows(file: BinaryIO, *, delimiter: str = ",", quote: str = '"', encoding: str = "utf-8-sig") -> Iterator[Row]:
    """(line number, raw text without line end, cells) of each row that is not blank; a quoted cell may run over line ends.

    Raises FormatRefused for bytes that are not of the encoding, NUL, a quote that never closes and rows above 1 MiB.
    """
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _split(iter(partial(text.readline, _LONGEST), ""), delimiter, quote)
    except UnicodeError:
        raise _find_bad_bytes(file, encoding) from None
    finally:
        with suppress(ValueError):  # the file was closed while rows were left
            text.detach()


def _split(lines: Iterator[str], delimiter: str, quote: str) -> Iterator[Row]:
    number = 0
    for line in lines:
        number += 1
        if len(line) >= _LONGEST or "\0" in line:
            raise _refuse_line(number, line)
        raw = line.rstrip("\r\n")
        if quote not in raw:
            if raw:
                yield number, raw, raw.split(delimiter)
            continue
        start = number
        while raw.count(quote) % 2:
            line = next(lines, "")
            number += 1
            if not line or "\0" in line or len(raw) + len(line) >= _LONGEST:
                raise FormatRefused("structure", "a quoted cell never ends", line=start, column=raw.find(quote) + 1)
            raw = f"{raw}\n{line.rstrip(chr(13) + chr(10))}"
        yield start, raw, _split_quoted(start, raw, delimiter, quote)


def _split_quoted(number: int, raw: str, delimiter: str, quote: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(raw, newline=""), strict=True, delimiter=delimiter, quotechar=quote))
    except (csv.Error, StopIteration) as error:
        raise FormatRefused("structure", f"quotes are not in order: {error}", line=number, column=raw.find(quote) + 1) from None


def _refuse_line(number: int, line: str) -> FormatRefused:
    if "\0" in line:
        return FormatRefused("encoding", "a NUL byte; this is not a text file", line=number, column=line.index("\0") + 1)
    return FormatRefused("too_long", f"a line of more than {_LONGEST} characters", line=number, column=_LONGEST)


def _find_bad_bytes(file: BinaryIO, encoding: str) -> FormatRefused:
    """The place of the first bytes that are not UTF-8; reads again from the start, for the reader decodes ahead of its rows."""
    if not encoding.startswith("utf-8"):
        return FormatRefused("encoding", f"not {encoding}")
    file.seek(0)
    for number, line in enumerate(iter(partial(file.readline, _LONGEST), b""), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            if len(line) < _LONGEST:
                return FormatRefused("encoding", f"not UTF-8: byte 0x{line[error.start]:02x}", line=number, column=error.start + 1)
            break
    return FormatRefused("encoding", "not UTF-8")
