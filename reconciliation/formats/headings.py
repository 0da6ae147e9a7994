"""What a CSV nobody has a map of yet says of itself: its headings, and the words of one of its columns. For whoever writes the map."""

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from ledger.card_numbers import find_card_number
from reconciliation.formats.csv_rows import Row, iter_rows
from reconciliation.formats.csv_table import header_key
from reconciliation.formats.encodings import detect_encoding
from reconciliation.formats.values import FormatRefused

DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 40  # rows in which a header row is looked for
_ROWS = 5_000
MOST_WORDS = 40


def read_headings(file: BinaryIO) -> list[str]:
    """The cells of the header row: the first of the widest rows whose cells are all words, by whichever delimiter gives most columns.

    [] where there is none; a cell with a card number is left out (C14). Leaves the file at its start.
    """
    found = [row for delimiter in DELIMITERS if (row := _header(file, delimiter))]
    headings = max(found, key=len, default=[])
    return [cell for cell in headings if cell and find_card_number(cell) < 0][:100]


def read_words(file: BinaryIO, heading: str) -> list[str]:
    """Different cells under a heading, in the order in which they come, 40 at most; of a column with more none: it is no list of kinds."""
    words: dict[str, None] = {}
    for cells, place in _under(file, heading):
        word = cells[place].strip() if place < len(cells) else ""
        if word and find_card_number(word) < 0:
            words.setdefault(word[:60])
        if len(words) > MOST_WORDS:
            return []
    return list(words)


def _header(file: BinaryIO, delimiter: str) -> list[str]:
    rows = [[cell.strip() for cell in cells] for _, _, cells in _rows(file, delimiter, _LOOKED_AT)]
    named = [cells for cells in rows if len(cells) > 1 and all(_is_word(cell) for cell in cells if cell) and sum(map(bool, cells)) > 1]
    return max(named, key=lambda cells: sum(map(bool, cells)), default=[])


def _is_word(cell: str) -> bool:
    """A heading has a letter, and is no date, amount or reference: fewer digits than letters."""
    letters, digits = sum(each.isalpha() for each in cell), sum(each.isdigit() for each in cell)
    return letters > digits and len(cell) <= 80


def _under(file: BinaryIO, heading: str) -> Iterator[tuple[list[str], int]]:
    wanted = header_key(heading)
    for delimiter in DELIMITERS:
        place = -1
        for _, _, cells in _rows(file, delimiter, _ROWS):
            if place >= 0:
                yield cells, place
            elif wanted in (keys := [header_key(cell) for cell in cells]) and len(cells) > 1:
                place = keys.index(wanted)
        if place >= 0:
            return


def _rows(file: BinaryIO, delimiter: str, most: int) -> Iterator[Row]:
    """A file that breaks somewhere gives what stood before it."""
    encoding = detect_encoding(file)
    try:
        yield from islice(iter_rows(file, delimiter=delimiter, encoding="utf-8-sig" if encoding in ("ascii", "utf-8") else encoding), most)
    except FormatRefused:
        return
    finally:
        file.seek(0)
