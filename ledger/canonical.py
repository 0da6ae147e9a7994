"""Canonical JSON: one text for one value, so that equal content has equal hashes."""

import hashlib
import json
from typing import Any

from ledger.errors import BadSource

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_EXACT = frozenset({str, int, bool, type(None)})


def canonical_json(value: Any) -> str:
    """Keys sorted, no spaces, no floats; raises BadSource for what JSON can't hold exactly."""
    _require_exact(value)
    return _encode(value)


def sha256_hex(text: str | bytes) -> str:
    """Hex SHA-256 of a text (UTF-8) or bytes."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def _require_exact(value: Any) -> None:
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise BadSource(f"Keys are text, not {key!r}.")
        items = value.values()
    elif isinstance(value, list | tuple):
        items = value  # type: ignore[assignment]
    elif isinstance(value, str | int) or value is None:
        return
    else:
        raise BadSource(f"{value!r} is a {type(value).__name__}; only ints, text, booleans, lists, dicts and null are exact.")
    for item in items:
        if type(item) not in _EXACT:
            _require_exact(item)
