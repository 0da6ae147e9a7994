"""One form for what issuers say of address, security code and authentication, whatever the provider calls it (C13, C14).

AVS and CVV results are letters; ECI is two digits. What nobody mapped becomes the letter for "unavailable", never a match.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AddressCheck:
    """One AVS letter: whether street and postal code match; None where the issuer did not say."""

    code: str
    street: bool | None
    postal: bool | None
    meaning: str


_ADDRESS = (
    AddressCheck("A", True, False, "street matches, postal code does not"),
    AddressCheck("B", True, None, "street matches, postal code not checked"),
    AddressCheck("C", False, False, "neither matches (outside the US)"),
    AddressCheck("D", True, True, "both match (outside the US)"),
    AddressCheck("E", None, None, "not allowed for this kind of payment"),
    AddressCheck("F", None, True, "postal code matches (UK)"),
    AddressCheck("G", None, None, "the issuer outside the US does not take part"),
    AddressCheck("H", True, True, "both match, the name does not"),
    AddressCheck("I", None, None, "not checked (outside the US)"),
    AddressCheck("J", True, True, "both and the name match"),
    AddressCheck("K", False, False, "the name matches, the address does not"),
    AddressCheck("L", False, True, "name and postal code match"),
    AddressCheck("M", True, True, "both match (outside the US)"),
    AddressCheck("N", False, False, "neither matches"),
    AddressCheck("O", True, False, "name and street match"),
    AddressCheck("P", None, True, "postal code matches, street not checked"),
    AddressCheck("Q", True, True, "both and the name match"),
    AddressCheck("R", None, None, "the issuer's system is not available"),
    AddressCheck("S", None, None, "the issuer does not check addresses"),
    AddressCheck("T", True, None, "street matches, the name does not"),
    AddressCheck("U", None, None, "not available"),
    AddressCheck("V", True, True, "both and the name match"),
    AddressCheck("W", False, True, "nine-digit postal code matches, street does not"),
    AddressCheck("X", True, True, "street and nine-digit postal code match"),
    AddressCheck("Y", True, True, "street and postal code match"),
    AddressCheck("Z", False, True, "postal code matches, street does not"),
)
ADDRESS_CHECKS: dict[str, AddressCheck] = {check.code: check for check in _ADDRESS}

SECURITY_CODE_CHECKS: dict[str, str] = {
    "M": "matches",
    "N": "does not match",
    "P": "not processed",
    "S": "should be on the card, was not given",
    "U": "the issuer can't check it",
    "X": "not supported for this card",
    "D": "looks suspicious",
    "I": "failed the check of its form",
}
_OF_PAIR = {
    (True, True): "Y",
    (True, False): "A",
    (True, None): "B",
    (False, True): "Z",
    (None, True): "P",
    (False, False): "N",
    (False, None): "N",
    (None, False): "N",
    (None, None): "U",
}


def avs_of(street: bool | None, postal: bool | None) -> str:
    """The letter for two answers; None: not said."""
    return _OF_PAIR[street, postal]


def avs_letter(text: str) -> str:
    """A letter as it came; "" stays "", what is not on the list is "U"."""
    letter = text.strip().upper()
    return letter if not letter or letter in ADDRESS_CHECKS else "U"


def cvv_letter(text: str) -> str:
    """A letter as it came; "" stays "", what is not on the list is "U"."""
    letter = text.strip().upper()
    return letter if not letter or letter in SECURITY_CODE_CHECKS else "U"


def eci_digits(text: str) -> str:
    """Two digits: "5" -> "05"; what is no number of one or two digits ("N/A") is ""."""
    digits = text.strip()
    return digits.zfill(2) if digits.isascii() and digits.isdigit() and len(digits) <= 2 else ""


def shifts_liability(brand: str, eci: str, cavv: str) -> bool:
    """Whether the issuer bears fraud: Mastercard ECI 01 and 02; others 05 and 06, which count as 07 without a CAVV."""
    if brand == "mastercard":
        return eci in ("01", "02")
    return eci in ("05", "06") and bool(cavv)
