"""JSON with the place of every value: small documents, whole in memory, in bounded depth and size. Numbers stay the text they are."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import BinaryIO

from reconciliation.formats.values import FormatRefused

LARGEST = 8 << 20  # bytes of a document
_DEEPEST = 32
_SPACE = re.compile(r"[ \t\r\n]*", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,39})(?:\.\d{1,40})?(?![\d.eE])", re.ASCII)
_WORDS: dict[str, tuple[str, bool | None]] = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}


@dataclass(slots=True)
class Node:
    """A value: dict, list, str, True, False, None, or `Number` for a number. `raw` is its source text."""

    value: object
    line: int
    column: int
    raw: str

    def at(self, *path: str) -> "Node | None":
        """The value along a path of keys; None where one is not there, or is null."""
        here: Node | None = self
        for key in path:
            here = here.value.get(key) if here is not None and isinstance(here.value, dict) else None
        return here if here is not None and here.value is not None else None

    def text(self, *path: str) -> str:
        """A string or number along a path, "" where there is none."""
        found = self.at(*path)
        return str(found.value).strip() if found is not None and isinstance(found.value, str | Number) else ""

    def items(self) -> list[tuple[str, "Node"]]:
        """Of an object; else none."""
        return list(self.value.items()) if isinstance(self.value, dict) else []

    def elements(self) -> list["Node"]:
        """Of an array; else none."""
        return list(self.value) if isinstance(self.value, list) else []

    def refuse(self, code: str, message: str) -> FormatRefused:
        """A refusal at this value."""
        return FormatRefused(code, message, line=self.line, column=self.column)


class Number(str):
    """A number as it is written."""

    __slots__ = ()


def read_tree(file: BinaryIO) -> Node:
    """The document of a file. Raises FormatRefused for what is no JSON, no UTF-8, too large or too deep."""
    content = file.read(LARGEST + 1)
    if not content.strip():
        raise FormatRefused("empty", "the file is empty", line=1, column=1)
    if len(content) > LARGEST:
        raise FormatRefused("too_long", f"a document of more than {LARGEST} bytes", line=1, column=1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise FormatRefused("encoding", f"not UTF-8: byte 0x{content[error.start]:02x}", line=line, column=column) from None
    return _Parser(text).document()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def document(self) -> Node:
        node = self._value(0)
        self._skip()
        if self._at < len(self._text):
            raise self._refuse("text after the end of the document")
        return node

    def _value(self, depth: int) -> Node:
        self._skip()
        start, mark = self._at, self._text[self._at : self._at + 1]
        if depth > _DEEPEST:
            raise self._refuse(f"nested deeper than {_DEEPEST}")
        if mark == "{":
            value: object = self._object(depth)
        elif mark == "[":
            value = self._array(depth)
        elif mark == '"':
            value = self._string()
        else:
            value = self._plain(mark)
        line, column = self._place(start)
        return Node(value, line, column, self._text[start : self._at])

    def _object(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        self._at += 1
        while not self._ends("}", first=not found):
            if self._text[self._at : self._at + 1] != '"':
                raise self._refuse("a name in quotes was expected")
            key = self._string()
            if key in found:
                raise self._refuse(f"{key[:40]!r} is there twice")
            self._skip()
            if self._text[self._at : self._at + 1] != ":":
                raise self._refuse("a colon was expected")
            self._at += 1
            found[key] = self._value(depth + 1)
        return found

    def _array(self, depth: int) -> list[Node]:
        found: list[Node] = []
        self._at += 1
        while not self._ends("]", first=not found):
            found.append(self._value(depth + 1))
        return found

    def _ends(self, mark: str, *, first: bool) -> bool:
        """Whether the object or array ends here; else steps over the comma before its next value."""
        self._skip()
        here = self._text[self._at : self._at + 1]
        if here == mark:
            self._at += 1
            return True
        if not first:
            if here != ",":
                raise self._refuse(f"a comma or {mark} was expected")
            self._at += 1
            self._skip()
        return False

    def _string(self) -> str:
        try:
            value, self._at = scanstring(self._text, self._at + 1, True)
        except JSONDecodeError as error:
            self._at = min(error.pos, len(self._text))
            raise self._refuse(error.msg) from None
        if "\0" in value or not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise self._refuse("a string with a NUL or half a character in it")
        return str(value)

    def _plain(self, mark: str) -> object:
        if mark in _WORDS and self._text.startswith(_WORDS[mark][0], self._at):
            self._at += len(_WORDS[mark][0])
            return _WORDS[mark][1]
        number = _NUMBER.match(self._text, self._at)
        if number is None:
            raise self._refuse("a value was expected")
        self._at = number.end()
        return Number(number[0])

    def _skip(self) -> None:
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at

    def _place(self, at: int) -> tuple[int, int]:
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1

    def _refuse(self, message: str) -> FormatRefused:
        line, column = self._place(self._at)
        return FormatRefused("structure", f"not JSON: {message}", line=line, column=column)
