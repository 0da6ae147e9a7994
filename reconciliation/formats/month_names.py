"""Months as banks of Western Europe write them in dates: whole names, and what they are cut to."""

import re
import unicodedata

_NAMES = """
january janvier januar januari janner jaenner enero gennaio janeiro
february fevrier februar februari feber febrero febbraio fevereiro
march mars marz maerz maart mrt mrz marts marzo marco
april avril aprile abril
may mai maj mei mayo maggio maio
june juin juni junio giugno junho
july juillet juli julio luglio julho
august aout augusti augustus agosto
september septembre septiembre settembre setembro
october octobre oktober octubre ottobre outubro
november novembre noviembre novembro
december decembre dezember desember diciembre dicembre dezembro
"""
_MONTHS = [line.split() for line in _NAMES.strip().splitlines()]
_ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORD = re.compile(r"[^\W\d_]{3,}(?:\.(?=\s|$))?")  # "sept." before a year that stands apart


def in_english(text: str) -> str:
    """A date with the month's name, of three letters at least, in the English three: "03 März 2026" to "03 Mar 2026". A word that is no
    month, or may be two ("jui"), stays as it is, and so do the letters of an ISO time."""
    return _WORD.sub(lambda found: _short(found[0]), text)


def _short(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.rstrip(".").casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    months = [place for place, names in enumerate(_MONTHS) if any(name.startswith(plain) for name in names)]
    return _ENGLISH[months[0]] if len(months) == 1 else word
