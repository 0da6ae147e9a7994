"""Card numbers where none may be (C14): 13 to 19 digits of a known issuer range with a right Luhn digit."""

import re
from collections.abc import Iterator, Sequence

from reconciliation.formats.columns import is_one

_CANDIDATE = re.compile(r"(?<![0-9A-Za-z])[2-6](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])", re.ASCII)
# As it is written or printed, with other digits beside it (an expiry, a code, a date): one word, or groups of 4-4-4-4 or 4-6-5. Not
# groups that go on in fours.
_PRINTED = re.compile(
    r"(?<![0-9A-Za-z])(?=([0-9]{13,19}(?![0-9A-Za-z])"
    r"|(?<![0-9]{4}[ -])[0-9]{4}([ -])[0-9]{4}\2[0-9]{4}\2[0-9]{4}(?![0-9A-Za-z])(?!\2[0-9]{4}(?![0-9]))"
    r"|[0-9]{4}([ -])[0-9]{6}\3[0-9]{5}(?![0-9A-Za-z])))",
    re.ASCII,
)
_IBAN = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![0-9A-Za-z])", re.ASCII)
_LONGEST = 37  # signs of a candidate, and of a number that begins at its last one
_MOST = 1000  # rows of texts: long ones must not fill the memory
# first digits (low, high) -> allowed lengths; the ranges that the schemes publish
_ISSUERS: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("4", "4", (13, 16, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14, 15, 16, 17, 18, 19)),
    ("36", "36", (14, 15, 16, 17, 18, 19)),
    ("38", "39", (16, 17, 18, 19)),
    ("3528", "3589", (16, 17, 18, 19)),
    ("6011", "6011", (16, 17, 18, 19)),
    ("644", "659", (16, 17, 18, 19)),
    ("62", "62", (16, 17, 18, 19)),
    ("50", "50", (13, 14, 15, 16, 17, 18, 19)),
    ("56", "59", (13, 14, 15, 16, 17, 18, 19)),
    ("63", "63", (13, 14, 15, 16, 17, 18, 19)),
    ("67", "67", (13, 14, 15, 16, 17, 18, 19)),
)


def find_card_number(text: str) -> int:
    """Position of the first card number in `text`, or -1. The digits themselves are never returned, logged or kept.

    Other digits may stand beside it, as an expiry or a date; digits of an IBAN in groups are none.
    """
    for found in _CANDIDATE.finditer(text):
        for start, digits in _digits_of(text, found):
            if _is_number(digits) and not _is_in_iban(text, start):
                return start
    return -1


def _digits_of(text: str, found: re.Match[str]) -> Iterator[tuple[int, str]]:
    """Place and digits of a candidate as a whole; of several words also of each that may be a number, or the first of its groups."""
    yield found.start(), found[0]
    if not found[0].isdigit():
        for printed in _PRINTED.finditer(text, found.start(), found.end() + _LONGEST):
            yield printed.start(), printed[1]


def _is_in_iban(text: str, place: int) -> bool:
    """Whether an IBAN with right check digits holds the digits at a place."""
    return any(found.start() < place < found.end() and _iban_holds(found[0].replace(" ", "")) for found in _IBAN.finditer(text))


def _iban_holds(iban: str) -> bool:
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1


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


def _is_number(text: str) -> bool:
    digits = text.replace(" ", "").replace("-", "")
    return _is_issued(digits) and _luhn_holds(digits)


def _is_issued(digits: str) -> bool:
    return any(len(digits) in lengths and low <= digits[: len(low)] <= high for low, high, lengths in _ISSUERS)


def _luhn_holds(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
