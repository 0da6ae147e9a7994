"""Canonical JSON: one text for one value, so that equal content has equal hashes."""

import hashlib
import json
from typing import Any

from ledger.errors import BadSource


def canonical_json(value: Any) -> str:
    """Keys sorted, no spaces, no floats; raises BadSource for what JSON can't hold exactly."""
    _require_exact(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_hex(text: str | bytes) -> str:
    """Hex SHA-256 of a text (UTF-8) or bytes."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def _require_exact(value: Any) -> None:
    match value:
        case None | bool() | int() | str():
            return
        case dict():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise BadSource(f"Keys are text, not {key!r}.")
                _require_exact(item)
        case list() | tuple():
            for item in value:
                _require_exact(item)
        case _:
            raise BadSource(f"{value!r} is a {type(value).__name__}; only ints, text, booleans, lists, dicts and null are exact.")
