"""MT940 as fields: lines of a file -> (tag, its lines), with the envelopes of banks and networks taken off. Source: SWIFT MT940."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from reconciliation.formats.text_lines import iter_lines
from reconciliation.formats.values import FormatRefused

_TAG = re.compile(r":(\d{2}[A-Z]?|NS):(.*)", re.DOTALL)
_BLOCKS = re.compile(r"(?:\{1:[^{}]*\}|\{2:[^{}]*\}|\{3:(?:\{[^{}]*\})*\})*\{4:")
# what stands before, between and after statements: SWIFT blocks, "$" between them, ":940:", BICs, message types, file headers of banks
_ENVELOPE = re.compile(r"[{}].*|\$|:940:|-.{0,10}|[A-Z0-9 ]{1,40}|")
_END = re.compile(r"-[A-Z]{0,3}")  # before the closing balance a "-" is text of a narrative
# in a narrative, up to the closing balance, where of all tags of digits only two can follow: the rest of a time ("10", ":45:12")
_BROKEN_TIME = re.compile(r":(?!61:|86:)(?:(?!20)\d\d:.*|20:[0-5]\d(?!\w).*)", re.ASCII | re.DOTALL)
_MOST_LINES = 1000  # of one field


@dataclass(slots=True)
class Field:
    """One tag with the text after it and its continuation lines. `line` is the tag's line number."""

    tag: str
    line: int
    lines: list[str] = field(default_factory=list)

    @property
    def raw(self) -> str:
        return f":{self.tag}:" + "\n".join(self.lines)


def iter_fields(file: BinaryIO, *, encoding: str) -> Iterator[Field]:
    """Fields in order; a Field with tag "-" is the end of a message. Raises FormatRefused for what is neither field nor envelope."""
    current: Field | None = None
    inside = closed = False  # of a message: begun, its closing balance seen
    for number, line in iter_lines(file, encoding):
        text = line if inside else _BLOCKS.sub("", line)
        tag = _TAG.fullmatch(text)
        if current and current.tag == "86" and not closed and _BROKEN_TIME.fullmatch(text):
            _continue(current, text, number)
        elif tag:
            if current:
                yield current
            closed = tag[1].startswith("62") or (closed and tag[1] != "20")
            current, inside = Field(tag[1], number, [tag[2]]), True
        elif inside and (text.startswith("-}") or (closed and _END.fullmatch(text.rstrip()))):
            if current:
                yield current
            yield Field("-", number)
            current, inside, closed = None, False, False
        elif current:
            _continue(current, text, number)
        elif not _ENVELOPE.fullmatch(text.strip()):
            raise FormatRefused("unexpected_text", f"{text[:40]!r} stands outside any statement", line=number, column=1)
    if current:
        yield current


def _continue(current: Field, text: str, number: int) -> None:
    if len(current.lines) >= _MOST_LINES:
        raise FormatRefused("too_long", f":{current.tag}: goes on for more than {_MOST_LINES} lines", line=number, column=1)
    current.lines.append(text)
