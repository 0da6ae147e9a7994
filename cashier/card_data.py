"""Card numbers and security codes must never enter the system (C14): how to see one, how to mask one. Pure."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from ledger.card_numbers import card_spans

CARD_FIELDS = frozenset(
    {"cvv", "cvv2", "cvc", "cvc2", "cid", "csc", "cav", "pan", "securitycode", "cardnumber", "cardsecuritycode", "verificationvalue"}
)
EXEMPT_FIELDS = frozenset({"id", "amount", "minor_units", "balance"})
EXEMPT_SUFFIXES = ("_id", "_ref", "_at", "_minor", "_amount", "_key", "_date")
# Fields whose value is a number to mask, not a code to drop; and what providers call their own ids of 16 digits.
MASKED_NUMBERS = frozenset({"pan", "cardnumber"})
EXEMPT_REFERENCES = ("pspreference", "originalreference", "rescuereference")
SHORTEST = 13


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


def masked(number: str) -> str:
    digits = re.sub(r"[ -]", "", number)
    return digits[:6] + "*" * (len(digits) - 10) + digits[-4:]


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
        return mask_card_numbers(str(value)) if has_card_number(str(value)) else value
    return mask_card_numbers(value) if isinstance(value, str) else value
