"""A frozen payload in words: what a person reads before they decide (S1)."""

from typing import Any

from ledger.admin.frames import money_cell, ref_cell
from ledger.admin.frames.text import money_text, sentence
from ledger.canonical import canonical_json


def payload_pairs(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """A frozen payload as labels and values, in its own order; references become links."""
    return [(sentence(name), _payload_value(name, value, payload)) for name, value in payload.items()]


def changed_rows(payload: dict[str, Any]) -> list[list[str]]:
    """Of a payload with `before` and `after`: what differs, in words; all of it where there was nothing before. Else nothing."""
    before, after = payload.get("before"), payload.get("after")
    if not isinstance(after, dict) or not isinstance(before, dict | None):
        return []
    was = before or {}
    return [
        [sentence(name.removesuffix("_minor")), _payload_value(name, was.get(name), payload), _payload_value(name, value, payload)]
        for name, value in after.items()
        if name not in was or was[name] != value
    ]


def _payload_value(name: str, value: Any, payload: dict[str, Any]) -> str:
    currency = payload.get("currency") or payload.get("asset")
    if isinstance(value, dict) and isinstance(currency, str) and all(key.endswith("_minor") for key in value):
        return ", ".join(f"{sentence(key.removesuffix('_minor'))} {_amount_words(each, currency)}" for key, each in value.items())
    if value is None:
        return "—"
    if name.endswith("_minor") and isinstance(value, int) and isinstance(currency, str):
        return money_cell(value, currency)
    if isinstance(value, str):
        return ref_cell(value, full=True) if "_" in value and len(value.partition("_")[2]) == 26 else value or "—"
    return canonical_json(value) if isinstance(value, dict | list) else str(value)


def _amount_words(value: int | None, currency: str) -> str:
    return "—" if value is None else money_text(value, currency)
