"""Card numbers and security codes must never enter the system (C14): how to see one, how to mask one. Pure."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

CARD_FIELDS = frozenset(
    {"cvv", "cvv2", "cvc", "cvc2", "cid", "csc", "cav", "pan", "securitycode", "cardnumber", "cardsecuritycode", "verificationvalue"}
)
EXEMPT_FIELDS = frozenset({"id", "amount", "minor_units", "balance"})
EXEMPT_SUFFIXES = ("_id", "_ref", "_at", "_minor", "_amount", "_key", "_date")
# Fields whose value is a number to mask, not a code to drop; and what providers call their own ids of 16 digits.
MASKED_NUMBERS = frozenset({"pan", "cardnumber"})
EXEMPT_REFERENCES = ("pspreference", "originalreference", "rescuereference")
# 13 to 19 digits with single spaces or hyphens between them, not part of a longer run of digits.
DIGITS = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")
# A card number as it is written or printed, with other digits beside it (an expiry, a code, a date): one word, or groups of 4-4-4-4 or
# 4-6-5. Not groups that go on in fours, nor those after a country and its check digits: an IBAN is printed so.
PRINTED = re.compile(
    r"(?<![0-9])(?=([0-9]{13,19}(?![0-9])"
    r"|(?<![0-9]{4}[ -])(?<![A-Z]{2}[0-9]{2} )[0-9]{4}([ -])[0-9]{4}\2[0-9]{4}\2[0-9]{4}(?![0-9])(?!\2[0-9]{4}(?![0-9]))"
    r"|[0-9]{4}([ -])[0-9]{6}\3[0-9]{5}(?![0-9])))"
)
PRINTED_LENGTHS = (("4", {13, 16, 19}), ("34", {15}), ("37", {15}), ("2", {16}), *((f"5{digit}", {16}) for digit in "12345"))
SHORTEST = 13
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
            if has_card_number(str(key)):
                yield field or "body"  # the name itself is the number, and is not repeated
            yield from card_fields(item, f"{field}.{key}" if field else str(key))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from card_fields(item, field)
    elif (
        value not in (None, "")
        and re.sub(r"[^a-z0-9]", "", name) in CARD_FIELDS
        or isinstance(value, (str, int, Decimal))
        and not is_exempt(name)
        and has_card_number(plain_text(value))
    ):
        yield field


def is_exempt(name: str) -> bool:
    """Ids, times and amounts may look like card numbers by chance."""
    return name in EXEMPT_FIELDS or name.endswith(EXEMPT_SUFFIXES)


def plain_text(value: str | int | Decimal) -> str:
    """A number as its digits: a card number that was sent without quotes, or with a point after it, is one all the same."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    return str(value)


def has_card_number(text: str) -> bool:
    """True if the text contains 13 to 19 digits of a known issuer range whose last digit is right, whatever digits stand beside them."""
    return len(text) >= SHORTEST and any(True for _ in card_spans(text))


def mask_card_numbers(text: str) -> str:
    """The text with every card number in it replaced by its first six and last four digits."""
    if len(text) < SHORTEST:
        return text
    parts, done = [], 0
    for start, end in sorted(card_spans(text)):
        if start >= done:
            parts += [text[done:start], masked(text[start:end])]
            done = end
    return "".join([*parts, text[done:]])


def card_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where card numbers stand: digits that are one as a whole, and those that are printed as one among others. Spans may overlap."""
    yield from (found.span() for found in DIGITS.finditer(text) if is_card_number(found.group()))
    yield from (found.span(1) for found in PRINTED.finditer(text) if is_printed_number(found[1]))


def is_printed_number(text: str) -> bool:
    """A card number of a length that its scheme has: among other digits chance is no longer small."""
    digits = re.sub(r"[ -]", "", text)
    lengths = next((known for start, known in PRINTED_LENGTHS if digits.startswith(start)), None)
    return is_card_number(digits) and (lengths is None or len(digits) in lengths)


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


def mask_card_fields(value: object, field: str = "") -> object:
    """JSON with card numbers in its texts and numbers masked, and security codes gone; ids, times and amounts stay as they are (C14)."""
    name = field.lower()
    if isinstance(value, Mapping):
        return {mask_card_numbers(str(key)): mask_card_fields(item, str(key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_card_fields(item, field) for item in value]
    if value not in (None, "") and re.sub(r"[^a-z0-9]", "", name) in CARD_FIELDS - MASKED_NUMBERS:
        return "***"
    if is_exempt(name) or name.endswith(EXEMPT_REFERENCES) or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return mask_card_numbers(str(value)) if is_card_number(str(value)) and 13 <= len(str(value)) <= 19 else value
    return mask_card_numbers(value) if isinstance(value, str) else value
