"""A frozen payload in words: what a person reads before they decide (S1)."""

from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from ledger.admin.frames import money_cell, ref_cell
from ledger.admin.frames.text import money_text, sentence
from ledger.canonical import canonical_json

ABBREVIATIONS = ("iban",)
# Parts whose own parts stand beside them: amounts of theirs are in their own currency.
UNFOLDED = ("source", "key", "grant")


def payload_pairs(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """A frozen payload as labels and values, in its own order; references become links, what lies inside another stands beside it.

    What is a table of its own (payload_tables) is left out.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in payload.items():
        if _is_rows(value):
            continue
        if name in UNFOLDED and isinstance(value, dict):
            scope = {**payload, **value}
            pairs += [(_label(inner), _payload_value(inner, each, scope)) for inner, each in value.items() if payload.get(inner) != each]
        else:
            pairs.append((_label(name), _payload_value(name, value, payload)))
    return pairs


def payload_tables(payload: dict[str, Any]) -> list[tuple[str, list[tuple[str, str]], list[list[str]]]]:
    """Lists of like rows in a frozen payload: title, headers (words, kind) and cells."""
    tables = []
    for name, rows in payload.items():
        if _is_rows(rows):
            headers = [(_label(column), "num" if isinstance(rows[0][column], int) else "text") for column in rows[0]]
            tables.append((_label(name), headers, [[_cell(column, value) for column, value in row.items()] for row in rows]))
    return tables


def _is_rows(value: Any) -> bool:
    """Whether it is a list of rows with the same columns, and nothing inside their cells."""
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
        return False
    return all(row.keys() == value[0].keys() and all(isinstance(each, str | int) for each in row.values()) for row in value)


def _cell(name: str, value: str | int) -> str:
    return ref_cell(value) if isinstance(value, str) and _is_reference(value) else _payload_value(name, value, {})


def _is_reference(text: str) -> bool:
    return "_" in text and len(text.partition("_")[2]) == 26


def _is_money(value: dict[str, Any]) -> bool:
    return all(key.endswith("_minor") for key in value)


def _label(name: str) -> str:
    """`amount_minor` as `Amount`; abbreviations stay in capitals."""
    words = sentence(name.removesuffix("_minor"))
    return words.upper() if words.lower() in ABBREVIATIONS else words


def changed_rows(payload: dict[str, Any]) -> list[list[str]]:
    """Of a payload with `before` and `after`: what differs, in words; all of it where there was nothing before. Else nothing."""
    before, after = payload.get("before"), payload.get("after")
    if not isinstance(after, dict) or not isinstance(before, dict | None):
        return []
    was = before or {}
    return [
        [_label(name), _payload_value(name, was.get(name), payload), _payload_value(name, value, payload)]
        for name, value in after.items()
        if name not in was or was[name] != value
    ]


def _payload_value(name: str, value: Any, payload: dict[str, Any]) -> str:
    currency = payload.get("currency") or payload.get("asset")
    if isinstance(value, dict) and isinstance(currency, str) and _is_money(value):
        return ", ".join(f"{sentence(key.removesuffix('_minor'))} {_amount_words(each, currency)}" for key, each in value.items())
    if value is None:
        return "—"
    if isinstance(value, dict) and value and all(isinstance(each, str | int) for each in value.values()):
        return format_html_join(mark_safe("<br>"), "{}: {}", ((sentence(key), each) for key, each in value.items()))
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value) or "—"
    if name.endswith("_minor") and isinstance(value, int) and isinstance(currency, str):
        return money_cell(value, currency)
    if isinstance(value, str):
        return ref_cell(value, full=True) if _is_reference(value) else value or "—"
    return canonical_json(value) if isinstance(value, dict | list) else str(value)


def _amount_words(value: int | None, currency: str) -> str:
    return "—" if value is None else money_text(value, currency)
