"""Rows that stand twice in a report whose payout is what its rows come to: nothing in such a file proves that both count (R2).

Memory does not grow with the rows: a first reading sets bits, and notes the rows that the bits can't tell from one before; only where
there is any, a second reading looks whether it is the same.
"""

from collections.abc import Iterable
from hashlib import blake2b
from io import SEEK_END
from typing import BinaryIO

from reconciliation.formats.values import FormatRefused

_LEAST, _MOST = (
    1 << 13,
    1 << 26,
)  # bytes of a file; a bit or two for each: few rows seem to be there before and are not


class RepeatedRows:
    """Of one file. `add` each row's key while it is read; then `refuse` with the keys of a second reading."""

    def __init__(self, file: BinaryIO) -> None:
        place = file.tell()
        size = min(max(file.seek(0, SEEK_END), _LEAST), _MOST)
        file.seek(place)
        self._mask = (1 << size.bit_length()) - 1
        self._bits = bytearray((self._mask + 1) >> 3)
        self._doubtful: set[int] = set()

    def add(self, key: str) -> None:
        """A row's key, "" where nothing tells it from others."""
        if not key:
            return
        digest = _digest(key)
        one, other = digest & self._mask, digest >> 32 & self._mask
        if self._bits[one >> 3] >> (one & 7) & 1 and self._bits[other >> 3] >> (other & 7) & 1:
            self._doubtful.add(digest)
        self._bits[one >> 3] |= 1 << (one & 7)
        self._bits[other >> 3] |= 1 << (other & 7)

    def refuse(self, keys: Iterable[tuple[int, str]]) -> None:
        """Raises FormatRefused at the first row that stands in the file before. `keys`: (line number, key) of all rows, read only where
        there may be one."""
        if not self._doubtful:
            return
        seen: dict[str, int] = {}
        for number, key in keys:
            if key and _digest(key) in self._doubtful and (first := seen.setdefault(key, number)) != number:
                message = (
                    f"the row of line {first} again; the file has no row of the payout that would prove that both count: load the report as"
                    " the PSP makes it, with each row once"
                )
                raise FormatRefused("repeated", message, line=number, column=1)


def _digest(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest())
