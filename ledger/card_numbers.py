"""Card numbers in texts (C14): 13 to 19 digits of a known issuer range with a right Luhn digit, and not of an IBAN. Pure.

Two ways of looking: `find_card_number` in papers of banks and PSPs, which are full of ids; `card_spans` in what people and programs send
us, where no digit more than needed may be kept. Texts and digits are never logged or kept from here.
"""

import re
from collections.abc import Iterator

# first digits (low, high) -> lengths; the ranges that the schemes publish
_LONG = (16, 17, 18, 19)
_ANY = (13, 14, 15, 16, 17, 18, 19)
_ISSUERS: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("4", "4", (13, 16, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14, 15, *_LONG)),
    ("36", "36", (14, 15, *_LONG)),
    ("38", "39", _LONG),
    ("3528", "3589", _LONG),
    ("6011", "6011", _LONG),
    ("644", "659", _LONG),
    ("62", "62", _LONG),
    ("81", "81", _LONG),
    ("50", "50", _ANY),
    ("56", "59", _ANY),
    ("63", "63", _ANY),
    ("67", "67", _ANY),
)
# 13 to 19 digits with single spaces or hyphens between them; in papers not part of a word with letters, and no id that begins otherwise.
_DIGITS = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])", re.ASCII)
_CANDIDATE = re.compile(r"(?<![0-9A-Za-z])[2-6](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])", re.ASCII)
_LONGEST = 37  # signs of a candidate, and of a number that begins at its last one
_SPACES = str.maketrans("", "", " -")


def _printed(word: str, more: str = "") -> re.Pattern[str]:
    """A number as it is written or printed, with other digits beside it (an expiry, a code, a date): one word, or groups of 4-4-4-4 or
    4-6-5. Not groups that go on in fours. `word`: the signs of words."""
    return re.compile(
        rf"(?<![{word}])(?=([0-9]{{13,19}}(?![{word}])"
        rf"|(?<![0-9]{{4}}[ -]){more}[0-9]{{4}}([ -])[0-9]{{4}}\2[0-9]{{4}}\2[0-9]{{4}}(?![{word}])(?!\2[0-9]{{4}}(?![0-9]))"
        rf"|[0-9]{{4}}([ -])[0-9]{{6}}\3[0-9]{{5}}(?![{word}])))",
        re.ASCII,
    )


_PRINTED = _printed("0-9", more="(?<![A-Z]{2}[0-9]{2} )")  # nor groups after a country and its check digits, be they right or wrong
_PRINTED_ALONE = _printed("0-9A-Za-z")
_IBAN = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}[A-Za-z0-9]?", re.ASCII)
# IBAN registry: country -> signs
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST",
        26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HN HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE",
        31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip


def find_card_number(text: str) -> int:
    """Position of the first card number in a paper's text, or -1. Digits in a word with letters are an id."""
    for found in _CANDIDATE.finditer(text):
        for start, digits in _words_of(text, found):
            if is_card_number(digits) and not _is_in_iban(text, start):
                return start
    return -1


def card_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where card numbers stand in what was sent to us: digits that are one as a whole, whatever their number and the letters beside
    them, and those that are printed as one among others. Spans may overlap."""
    for found in _DIGITS.finditer(text):
        if is_card_number(found[0], of_its_length=False) and not _is_in_iban(text, found.start()):
            yield found.span()
    for found in _PRINTED.finditer(text):
        if is_card_number(found[1]) and not _is_in_iban(text, found.start()):
            yield found.span(1)


def is_card_number(text: str, *, of_its_length: bool = True) -> bool:
    """Whether digits, spaces and hyphens are a card number. `of_its_length`: only of a length that its scheme has, for among other digits
    chance is no longer small."""
    digits = text.translate(_SPACES)
    return _is_issued(digits, of_its_length) and _luhn_holds(digits)


def _words_of(text: str, found: re.Match[str]) -> Iterator[tuple[int, str]]:
    """Place and digits of a candidate as a whole; of several words also of each that may be a number, or the first of its groups."""
    yield found.start(), found[0]
    if not found[0].isdigit():
        for printed in _PRINTED_ALONE.finditer(text, found.start(), found.end() + _LONGEST):
            yield printed.start(), printed[1]


def _is_issued(digits: str, of_its_length: bool) -> bool:
    return any((len(digits) in lengths or not of_its_length) and low <= digits[: len(low)] <= high for low, high, lengths in _ISSUERS)


def _luhn_holds(digits: str) -> bool:
    """The Luhn sum: every second digit from the right doubled, the digits of the doubles added."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def _is_in_iban(text: str, place: int) -> bool:
    """Whether an IBAN of its country's length with right check digits holds the digits at a place."""
    return any(found.start() < place < found.start() + _length_of_iban(found[0]) for found in _IBAN.finditer(text))


def _length_of_iban(text: str) -> int:
    """How many signs of a text, which begins like one, are an IBAN as it is printed; 0 where none is there."""
    places = [place for place, sign in enumerate(text) if sign != " "]
    length = _IBAN_LENGTHS.get(text[:2], 0)
    if not 0 < length <= len(places):
        return 0
    end = places[length - 1] + 1
    iban = text[:end].replace(" ", "")
    is_whole = not text[end : end + 1].isalnum()
    return end if is_whole and int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1 else 0
