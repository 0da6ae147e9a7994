"""Card numbers in a report's columns and rows (C14), looked for in as few searches as can be."""

from collections.abc import Sequence

from ledger.card_numbers import find_card_number
from reconciliation.formats.columns import is_one

_MOST = 1000  # rows of texts: long ones must not fill the memory


def is_one_word(text: str) -> bool:
    """Whether the text is a reference in the form of our own, which holds no card number: its last 26 characters are one word of
    letters and digits, too long for one, and before them there is room for 3."""
    return len(text) == 29 and text[3:].isalnum() and text.isascii()


def hold_card_number(texts: Sequence[str]) -> bool:
    """Whether any of a column's texts, of which there is one at least, holds a card number."""
    if is_one(texts):
        return find_card_number(texts[0]) >= 0
    words = "".join([text[3:] for text in texts])
    if set(map(len, texts)) == {29} and words.isalnum() and words.isascii():  # each is one word
        return False
    return find_card_number("\t".join(set(texts))) >= 0


class CleanTexts(dict[tuple[str, ...], bool]):
    """Texts that repeat from row to row -> whether none holds a card number. Forgets all when it is full."""

    def __missing__(self, texts: tuple[str, ...]) -> bool:
        if len(self) > _MOST:
            self.clear()
        is_clean = self[texts] = find_card_number("\t".join(texts)) < 0
        return is_clean
