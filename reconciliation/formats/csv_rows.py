"""Rows of a delimited text file, by default commas and UTF-8, with their line numbers and raw text, one at a time."""

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import BinaryIO

from reconciliation.formats.values import FormatRefused

Row = tuple[int, str, list[str]]
LONGEST = 1 << 20  # characters of one row; a file without line ends must not fill the memory


def iter_rows(file: BinaryIO, *, delimiter: str = ",", quote: str = '"', encoding: str = "utf-8-sig") -> Iterator[Row]:
    """(line number, raw text without line end, cells) of each row that is not blank; a quoted cell may run over line ends.

    Raises FormatRefused for bytes that are not of the encoding, NUL, a quote that never closes and rows above 1 MiB.
    """
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _split(iter(partial(text.readline, LONGEST), ""), delimiter, quote)
    except UnicodeError:
        raise _find_bad_bytes(file, encoding) from None
    finally:
        with suppress(ValueError):  # the file was closed while rows were left
            text.detach()


def iter_blocks(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    """(lines before it, bytes) of blocks of whole rows of about `size`; the first is the first row alone, or a blank line.

    A block ends where a row does: at a line end, with an even number of quotes before it. Raises FormatRefused for a row above 1 MiB.
    """
    before, most = 0, 0
    while block := file.read(most) + file.readline(LONGEST):
        parts, length, is_open = [block], len(block), block.count(b'"') % 2 == 1
        while is_open and length < LONGEST + most and (more := file.readline(LONGEST)):
            parts.append(more)
            length += len(more)
            is_open ^= more.count(b'"') % 2 == 1
        block = b"".join(parts)
        if not block.endswith(b"\n") and file.read(1):
            raise FormatRefused("too_long", f"a row of more than {LONGEST} characters", line=before + 1)
        yield before, block
        before += block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
        most = size


def split_block(block: bytes, before: int) -> Iterator[Row]:
    """The rows of a block, as `iter_rows` gives them. Raises FormatRefused."""
    try:
        text = io.StringIO(block.decode("utf-8" if before else "utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        raise FormatRefused("encoding", f"not UTF-8: {error.reason}", line=before + 1) from None
    return _split(iter(partial(text.readline, LONGEST), ""), ",", '"', before)


def _split(lines: Iterator[str], delimiter: str, quote: str, before: int = 0) -> Iterator[Row]:
    number = before
    for line in lines:
        number += 1
        if len(line) >= LONGEST or "\0" in line:
            raise _refuse_line(number, line)
        raw = line.rstrip("\r\n")
        if quote not in raw:
            if raw:
                yield number, raw, raw.split(delimiter)
            continue
        start, parts, size = number, [raw], len(raw)
        is_open = raw.count(quote) % 2 == 1 and not _is_whole(raw, delimiter, quote)
        while is_open:
            line = next(lines, "")
            number, size = number + 1, size + len(line)
            if not line or "\0" in line or size >= LONGEST:
                raise FormatRefused("structure", "a quoted cell never ends", line=start, column=raw.find(quote) + 1)
            parts.append(line.rstrip("\r\n"))
            is_open ^= line.count(quote) % 2 == 1
        raw = "\n".join(parts)
        yield start, raw, _split_quoted(start, raw, delimiter, quote)


def _is_whole(line: str, delimiter: str, quote: str) -> bool:
    """Whether a line with an odd number of quotes is a row all the same: inside an unquoted cell (5" pipe) a quote opens nothing."""
    try:
        return bool(next(csv.reader([line], strict=True, delimiter=delimiter, quotechar=quote), None))
    except csv.Error:
        return False


def _split_quoted(number: int, raw: str, delimiter: str, quote: str) -> list[str]:
    """The cells of one row. Text of which a CSV's rules make several rows is refused: taking the first would lose the others."""
    try:
        cells, *others = csv.reader(io.StringIO(raw, newline=""), strict=True, delimiter=delimiter, quotechar=quote)
    except (csv.Error, ValueError) as error:
        raise FormatRefused("structure", f"quotes are not in order: {error}", line=number, column=raw.find(quote) + 1) from None
    if others:
        raise FormatRefused("structure", "quotes are not in order: a line ends outside of them", line=number, column=raw.find(quote) + 1)
    return cells


def _refuse_line(number: int, line: str) -> FormatRefused:
    if "\0" in line:
        return FormatRefused("encoding", "a NUL byte; this is not a text file", line=number, column=line.index("\0") + 1)
    return FormatRefused("too_long", f"a line of more than {LONGEST} characters", line=number, column=LONGEST)


def _find_bad_bytes(file: BinaryIO, encoding: str) -> FormatRefused:
    """The place of the first bytes that are not UTF-8; reads again from the start, for the reader decodes ahead of its rows."""
    if not encoding.startswith("utf-8"):
        return FormatRefused("encoding", f"not {encoding}")
    file.seek(0)
    for number, line in enumerate(iter(partial(file.readline, LONGEST), b""), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            if len(line) < LONGEST:
                return FormatRefused("encoding", f"not UTF-8: byte 0x{line[error.start]:02x}", line=number, column=error.start + 1)
            break
    return FormatRefused("encoding", "not UTF-8")
