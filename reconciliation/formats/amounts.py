"""Exact amounts of files: text to minor units without ever passing through a float (L4)."""

import re

from ledger.money import UnknownAsset, get_asset

# Old statements still name these; nothing can be booked in them, so the ledger does not know them.
_WITHDRAWN_TWO = "ATS BYR CYP DEM EEK FIM GHC HRK IEP LTL LVL MRO MTL MZM NLG SIT SKK SLL STD TRL VEF ZMK ZWL"
_WITHDRAWN_ZERO = "BEF ESP GRD ITL LUF PTE"
_WITHDRAWN = {**dict.fromkeys(_WITHDRAWN_TWO.split(), 2), **dict.fromkeys(_WITHDRAWN_ZERO.split(), 0)}
# What some write that is no code of ISO 4217 -> the money that has one. Their rates may differ: none is read as the other.
_LOCAL = {"CNH": "CNY", "RMB": "CNY", "GGP": "GBP", "IMP": "GBP", "JEP": "GBP", "NTD": "TWD", "NIS": "ILS"}
_DIGITS = 36  # numeric(38,0) less room for sums
_NUMBER = {".": re.compile(r"([+-]?)(\d*)(?:\.(\d*))?", re.ASCII), ",": re.compile(r"([+-]?)(\d*)(?:,(\d*))?", re.ASCII)}


class AmountError(ValueError):
    """Not an amount, or one with digits below the currency's smallest unit."""


def get_exponent(currency: str) -> int:
    """Number of decimals of a currency, withdrawn ones included; raises AmountError for an unknown code."""
    try:
        return get_asset(currency).exponent
    except UnknownAsset:
        if currency in _WITHDRAWN:
            return _WITHDRAWN[currency]
    wanted = f"in {_LOCAL[currency]}" if currency in _LOCAL else "by codes of ISO 4217"
    raise AmountError(f"{currency!r} is not a known currency; ask whoever made the file to state amounts {wanted}")


def read_amount(text: str, exponent: int, *, mark: str = ".", signed: bool = True) -> int:
    """Minor units of "461.5", "75", ".91" or "6,"; `mark` is the decimal mark. Zeros beyond the exponent are dropped.

    Raises AmountError for other digits there, for a sign where none may be, and for what is no number.
    """
    found = _NUMBER[mark].fullmatch(text)
    if found is None or not (found[2] or found[3]):
        raise AmountError(f"{_shown(text)} is not an amount")
    if found[1] and not signed:
        raise AmountError(f"{_shown(text)} carries a sign where the direction stands elsewhere")
    whole, fraction = found[2], found[3] or ""
    if fraction[exponent:].strip("0"):
        raise AmountError(f"{_shown(text)} has digits below the smallest unit ({exponent} decimals)")
    digits = (whole + fraction[:exponent].ljust(exponent, "0")).lstrip("0") or "0"
    if len(digits) > _DIGITS:
        raise AmountError(f"{_shown(text)} is too large")
    return -int(digits) if found[1] == "-" else int(digits)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
