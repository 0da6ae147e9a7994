"""Card numbers and security codes must never enter the system (C14): how to see one, how to mask one. Pure."""

import re
from collections.abc import Iterator, Mapping

CARD_FIELDS = frozenset(
    {"cvv", "cvv2", "cvc", "cvc2", "cid", "csc", "cav", "pan", "securitycode", "cardnumber", "cardsecuritycode", "verificationvalue"}
)
EXEMPT_FIELDS = frozenset({"id", "amount", "minor_units", "balance"})
EXEMPT_SUFFIXES = ("_id", "_ref", "_at", "_minor", "_amount", "_key", "_date")
# 13 to 19 digits with single spaces or hyphens between them, not part of a longer run of digits.
DIGITS = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")
# Issuer ranges: Visa, Mastercard, American Express, Discover, JCB, Diners, UnionPay, Maestro.
ISSUERS = re.compile(
    r"4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|6(?:011|4[4-9]|5)|35(?:2[89]|[3-8])|3(?:0[0-5]|[689])|62|5[0678]|6[37]|81"
)


def find_card_data(value: object, field: str = "") -> str | None:
    """The path of the first field that holds a card number or is a security code, or None. Ids, times and amounts are not looked at."""
    return next(card_fields(value, field), None)


def card_fields(value: object, field: str) -> Iterator[str]:
    name = field.rsplit(".", 1)[-1].lower()
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from card_fields(item, f"{field}.{key}" if field else str(key))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from card_fields(item, field)
    elif (
        value not in (None, "")
        and re.sub(r"[^a-z0-9]", "", name) in CARD_FIELDS
        or isinstance(value, str)
        and not is_exempt(name)
        and has_card_number(value)
    ):
        yield field


def is_exempt(name: str) -> bool:
    """Ids, times and amounts may look like card numbers by chance."""
    return name in EXEMPT_FIELDS or name.endswith(EXEMPT_SUFFIXES)


def has_card_number(text: str) -> bool:
    """True if the text contains 13 to 19 digits of a known issuer range whose last digit is right."""
    return any(is_card_number(found.group()) for found in DIGITS.finditer(text))


def mask_card_numbers(text: str) -> str:
    """The text with every card number in it replaced by its first six and last four digits."""
    return DIGITS.sub(lambda found: masked(found.group()) if is_card_number(found.group()) else found.group(), text)


def masked(number: str) -> str:
    digits = re.sub(r"[ -]", "", number)
    return digits[:6] + "*" * (len(digits) - 10) + digits[-4:]


def is_card_number(text: str) -> bool:
    digits = re.sub(r"[ -]", "", text)
    return ISSUERS.match(digits) is not None and luhn_sum(digits) % 10 == 0


def luhn_sum(digits: str) -> int:
    """The Luhn sum: every second digit from the right doubled, the digits of the doubles added."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return sum(int(digit) for digit in digits[::-2]) + sum(doubled)
