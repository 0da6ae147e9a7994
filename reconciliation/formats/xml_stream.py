"""XML, streamed by expat: exact lines and columns, no document type, no entities, nothing fetched, bounded memory."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from reconciliation.formats.values import FormatRefused

_CHUNK = 1 << 16
_DEEPEST = 64
_MOST_NODES = 200_000  # of one handed-out element
_MOST_TEXT = 8 << 20
_MOST_REDUCED = 10_000  # kept of one item; the rest is read and forgotten
_LONGEST_RAW = 1 << 20


@dataclass(slots=True)
class Element:
    """An element without its namespace. `raw` is its source text, of handed-out elements only ("" above 1 MiB)."""

    name: str
    namespace: str
    attributes: dict[str, str]
    line: int
    column: int
    text: str = ""
    raw: str = ""
    children: list["Element"] = field(default_factory=list)
    reduced: list[object] = field(default_factory=list)

    def find(self, *path: str) -> "Element | None":
        """The first descendant along a path of child names."""
        here: Element | None = self
        for name in path:
            here = next((child for child in here.children if child.name == name), None) if here else None
        return here

    def find_all(self, name: str) -> list["Element"]:
        return [child for child in self.children if child.name == name]

    def get(self, *path: str) -> str:
        """Stripped text of the first descendant along a path, "" if absent."""
        found = self.find(*path)
        return found.text.strip() if found else ""


Event = tuple[str, Element]  # ("start", element) outside and at `container`; ("item", whole child); ("end", container)


class XmlStream:
    """Hands out the children of each `container` element whole, one at a time, and the starts of all that is outside.

    `reducers` (name -> function of the descendant and the child around it) put a small value into the child's `reduced` as soon as
    the descendant is read, so that a child with a hundred thousand parts stays small.
    """

    def __init__(self, file: BinaryIO, *, container: str, reducers: dict[str, Callable[[Element, Element], object]]) -> None:
        self.encoding = "utf-8"
        self._file, self._container, self._reducers = file, container, reducers
        self._stack: list[Element] = []
        self._events: list[Event] = []
        self._base = 0  # depth of the open container, 0 outside
        self._nodes = self._text = 0
        self._window, self._window_start, self._item_start = bytearray(), 0, -1
        self._parser = self._make_parser()

    def __iter__(self) -> Iterator[Event]:
        chunk = self._file.read(_CHUNK)
        if not chunk.strip():
            raise FormatRefused("empty", "the file is empty", line=1, column=1)
        while chunk:
            yield from self._feed(chunk, final=False)
            chunk = self._file.read(_CHUNK)
        yield from self._feed(b"", final=True)

    def _make_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._on_declaration
        parser.StartDoctypeDeclHandler = self._on_doctype
        parser.StartElementHandler = self._on_start
        parser.EndElementHandler = self._on_end
        parser.CharacterDataHandler = self._on_text
        return parser

    def _feed(self, chunk: bytes, *, final: bool) -> Iterator[Event]:
        self._window += chunk
        try:
            self._parser.Parse(chunk, final)
        except expat.ExpatError as error:
            message = f"not well-formed XML: {expat.ErrorString(error.code)}"
            raise FormatRefused("structure", message, line=error.lineno, column=error.offset + 1) from None
        except (LookupError, UnicodeError, ValueError) as error:
            raise FormatRefused("encoding", f"unreadable encoding: {error}", line=1, column=1) from None
        self._trim()
        events, self._events = self._events, []
        yield from events

    def _trim(self) -> None:
        """Forgets source text before the open item; an item above the limit gives up its raw text."""
        if self._item_start >= 0 and len(self._window) > _LONGEST_RAW + 2 * _CHUNK:
            self._item_start = -2
        keep_from = self._item_start if self._item_start >= 0 else self._parser.CurrentByteIndex
        drop = keep_from - self._window_start
        if drop > 0:
            del self._window[:drop]
            self._window_start = keep_from

    def _on_declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        self.encoding = (encoding or "utf-8").lower()

    def _on_doctype(self, *declaration: object) -> None:
        raise self._refuse("forbidden_xml", "a document type declaration (entities) is not allowed in a bank statement")

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= _DEEPEST:
            raise self._refuse("structure", f"elements nested deeper than {_DEEPEST}")
        namespace, _, local = name.rpartition(" ")
        element = Element(local, namespace, attributes, self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)
        self._stack.append(element)
        if not self._base:
            self._events.append(("start", element))
            self._base = len(self._stack) if local == self._container else 0
        elif len(self._stack) == self._base + 1:
            self._nodes = self._text = 0
            self._item_start = self._parser.CurrentByteIndex
        self._nodes += 1
        if self._base and self._nodes > _MOST_NODES:
            raise self._refuse("too_long", f"one element holds more than {_MOST_NODES} others")

    def _on_text(self, text: str) -> None:
        if not self._base:
            return
        self._text += len(text)
        if self._text > _MOST_TEXT:
            raise self._refuse("too_long", f"one element holds more than {_MOST_TEXT} characters")
        self._stack[-1].text += text

    def _on_end(self, name: str) -> None:
        element = self._stack.pop()
        depth = len(self._stack)
        if not self._base:
            return
        if depth == self._base:
            element.raw = self._take_raw()
            self._events.append(("item", element))
        elif depth < self._base:
            self._base = 0
            self._events.append(("end", element))
        elif element.name in self._reducers:
            self._reduce(element)
        else:
            self._stack[-1].children.append(element)

    def _reduce(self, element: Element) -> None:
        """Puts the small value on the item itself and forgets the element's nodes."""
        item = self._stack[self._base]
        if len(item.reduced) < _MOST_REDUCED:
            item.reduced.append(self._reducers[element.name](element, item))
        self._nodes = self._text = 0

    def _take_raw(self) -> str:
        start, self._item_start = self._item_start, -1
        if start < 0:
            return ""
        end = self._window.find(b">", self._parser.CurrentByteIndex - self._window_start) + 1
        wide = self.encoding.startswith("utf-16")
        if wide and end % 2 != (start - self._window_start) % 2:
            end += 1
        return _decode(bytes(self._window[start - self._window_start : end]), self.encoding)

    def _refuse(self, code: str, message: str) -> FormatRefused:
        return FormatRefused(code, message, line=self._parser.CurrentLineNumber, column=self._parser.CurrentColumnNumber + 1)


def _decode(source: bytes, encoding: str) -> str:
    """Source text for people: never fails."""
    if encoding.startswith("utf-16"):
        encoding = "utf-16-be" if source[:1] == b"\0" else "utf-16-le"
    try:
        codecs.lookup(encoding)
    except LookupError:
        encoding = "utf-8"
    return source.decode(encoding, "replace")
