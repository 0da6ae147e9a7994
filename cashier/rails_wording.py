"""Rows of the rail catalogue in words (C23). Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from cashier.rails import CHOICES, FIELDS, NUMBERS, OUTCOMES, Body
from ledger.shadowing import SIGN_OFF

_PARTS: Mapping[str, Mapping[str, str]] = {
    "status_map": {str(outcome): outcome.replace("_", " ").capitalize() for outcome in OUTCOMES},
    "sign_off": SIGN_OFF,
}


def parts_of(name: str, body: Body) -> list[tuple[str, str]]:
    """What a field of several parts says, in the order of its parts: (words, value). Values that are not there are empty."""
    said = body.get(name) or {}
    return [(words, str(said.get(part, ""))) for part, words in _PARTS[name].items()]


def value_words(name: str, value: Any) -> str:
    """One field's value; "—" where nothing is said."""
    if value is None or value == []:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    words = CHOICES[name][1][value] if name in CHOICES else f"{value:,}" if name in NUMBERS else str(value)
    return words[:1].upper() + words[1:]


def differences(before: Body, after: Body) -> list[str]:
    """What changes from one body to the other, each in a sentence."""
    return [f"{label}: {old} becomes {new}." for label, old, new in _changed(before, after)]


def _changed(before: Body, after: Body) -> Iterator[tuple[str, str, str]]:
    for name, (label, _) in FIELDS.items():
        if name in _PARTS:
            pairs = zip(parts_of(name, before), parts_of(name, after), strict=True)
            yield from ((f"{label}, {words.lower()}", old or "—", new or "—") for (words, old), (_, new) in pairs if old != new)
        elif before.get(name) != after.get(name):
            yield label, value_words(name, before.get(name)), value_words(name, after.get(name))
