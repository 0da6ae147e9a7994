"""How alike two names of a person are (K10): 0 to 100. Pure.

The order of the words says nothing, an initial stands for its name, titles and case for nothing. Every word of the shorter name must
be found in the longer one; a second given name more or less is usual, a whole other name beside it is not.
"""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from cashier.risk.letters import plain, sound

TITLES = frozenset((
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "dame", "herr", "frau", "hr", "fr", "mme", "mlle", "m", "sig", "sra", "sr",
    "jr", "ing", "mag", "dipl", "phd",
))  # fmt: skip
PARTICLES = frozenset((
    "de", "da", "do", "dos", "das", "del", "della", "di", "du", "van", "von", "vom", "zu", "zur", "der", "den", "het", "la", "le", "el",
    "al", "bin", "ibn",
))  # fmt: skip
USUAL_EXTRA, EXTRA_COSTS = 2, 12  # words that one name may have more; points for each beyond
INITIAL_COUNTS, WORD_COUNTS = 92.0, 70.0  # what an initial proves; below it two words are not the same word
_SPLIT = re.compile(r"[^\w]+|_+")
_JOINT = re.compile(r"\s*(?:[&+/;]|\b(?:and|und|et|og|och|or|oder|ou)\b)\s*")


def words_of(name: str) -> list[str]:
    """The words that count, in plain letters."""
    words = [word for word in _SPLIT.split(plain(name).replace("'", "").replace("\u2019", "")) if word]
    kept = [word for word in words if word not in TITLES and word not in PARTICLES]
    return kept or words


def holders_of(name: str) -> list[str]:
    """The people that one account names: "Ada and William King" are two."""
    return [part for part in _JOINT.split(plain(name)) if words_of(part)]


def likeness(left: str, right: str) -> int:
    """0 to 100; 0 where either says nothing."""
    one, other = words_of(left), words_of(right)
    if not one or not other:
        return 0
    shorter, longer = sorted((one, other), key=len)
    written_together = fuzz.ratio(_together(one), _together(other))
    return round(max(_by_words(shorter, longer), written_together if _is_one_word(shorter) else 0.0))


def _by_words(shorter: Sequence[str], longer: Sequence[str]) -> float:
    """Each word of the shorter name finds its best in the longer one, once; the mean by length, less what is too much."""
    left, points, weight, whole = list(longer), 0.0, 0, 0
    for word in sorted(shorter, key=len, reverse=True):
        best = max(left, key=lambda each: _word(word, each))
        score = _word(word, best)
        left.remove(best)
        length = max(min(len(word), len(best)), 2)
        points, weight, whole = points + score * length, weight + length, whole + (len(word) > 1 and len(best) > 1 and score >= WORD_COUNTS)
    if not whole or (len(shorter) == 1 and len(longer) > 1):
        return 0.0  # initials alone, or one name of several, say nothing
    return max(points / weight - EXTRA_COSTS * max(len(longer) - len(shorter) - USUAL_EXTRA, 0), 0.0)


def _word(left: str, right: str) -> float:
    if 1 in (len(left), len(right)):
        return INITIAL_COUNTS if left[0] == right[0] else 0.0
    score = 100.0 * JaroWinkler.similarity(sound(left), sound(right))
    return score if score >= WORD_COUNTS else 0.0


def _together(words: Sequence[str]) -> str:
    return "".join(sound(word) for word in sorted(words))


def _is_one_word(words: Sequence[str]) -> bool:
    return len(words) == 1 and len(words[0]) > 5
