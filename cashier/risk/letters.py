"""Names in one alphabet: letters without marks, small, Latin. Cyrillic and Greek are written as banks write them."""

import unicodedata

_LATIN = {
    "ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "ng", "ŧ": "t", "ĸ": "k",
}  # fmt: skip
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z", "и": "i", "і": "i", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj",
    "ћ": "c", "џ": "dz", "ѓ": "g", "ќ": "k", "ѕ": "dz",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l", "μ": "m", "ν": "n",
    "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_TABLE = str.maketrans(_LATIN | _CYRILLIC | _GREEK)
# One sound, several spellings: read as one on both sides.
_SOUNDS = (
    ("ou", "u"), ("ue", "u"), ("oe", "o"), ("ae", "a"), ("yu", "iu"), ("ya", "ia"), ("ye", "e"), ("iy", "i"), ("ij", "i"), ("yj", "y"),
    ("kh", "h"), ("ks", "x"), ("ph", "f"), ("tz", "ts"), ("y", "i"), ("j", "i"), ("ii", "i"),
)  # fmt: skip


def plain(text: str) -> str:
    """Case, marks and alphabet taken away: "Zoë ŁUKASIEWICZ" -> "zoe lukasiewicz", "Юлия" -> "iuliia". Other scripts stay as they are."""
    bare = unicodedata.normalize("NFKD", text.casefold()).translate(_TABLE)
    return "".join(sign for sign in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(sign))


def sound(word: str) -> str:
    """A plain word with spellings of one sound made one: "mueller" and "muller", "yuliya" and "iuliia" are the same."""
    for spelling, one in _SOUNDS:
        word = word.replace(spelling, one)
    return word


def is_readable(text: str) -> bool:
    """Whether every letter came to be Latin: what is written in another script can't be compared by machine."""
    return all(sign.isascii() for sign in plain(text) if sign.isalpha())
