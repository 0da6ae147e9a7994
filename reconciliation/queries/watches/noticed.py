"""What a watch gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RaiseCase:
    """The case that goes with it, as `raise_case` takes it, less the moment."""

    code: str
    dedupe_key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Noticed:
    """One thing past its threshold. `about` tells it from others of its watch; `sentence` says what, with both figures."""

    about: str
    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    case: RaiseCase | None = None


def percent(part: int, whole: int) -> float:
    """Per cent with one decimal; 0 of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0
