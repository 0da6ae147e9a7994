"""How often a scheme lets a declined card be tried again (C11). The figures are data; this is the arithmetic."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# As Stripe, Adyen and plain providers name the scheme's word on trying again; "03 : Do not try again" begins with its code.
ADVICE_NAMES = ("advice_code", "network_advice_code", "merchantAdviceCode")
_ADVICE = re.compile(r"\s*(\d{2})\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cap:
    """Of one scheme. limits: (tries, hours) pairs, each counted per card and amount. never_codes, never_advice: declines after which
    the card is not tried again at all within `never_hours`."""

    scheme: str
    limits: tuple[tuple[int, int], ...] = ()
    never_codes: frozenset[str] = frozenset()
    never_advice: frozenset[str] = frozenset()
    never_hours: int = 30 * 24

    @property
    def longest(self) -> timedelta:
        """How far back one must look."""
        return timedelta(hours=max([hours for _, hours in self.limits] + [self.never_hours]))


@dataclass(frozen=True, slots=True)
class Try:
    """A declined or unanswered try of the same card and amount at any PSP."""

    at: datetime
    decline_code: str = ""
    advice: str = ""


def reason_to_stop(cap: Cap, tries: Sequence[Try], *, now: datetime) -> str:
    """Why the card may not be tried now, in words; empty where it may."""
    never_since = now - timedelta(hours=cap.never_hours)
    for row in tries:
        if row.at > never_since and (row.decline_code in cap.never_codes or row.advice in cap.never_advice):
            return f"declined with {row.advice or row.decline_code}, which {cap.scheme or 'its scheme'} lets nobody try again"
    for most, hours in cap.limits:
        count = sum(1 for row in tries if row.at > now - timedelta(hours=hours))
        if count >= most:
            return f"declined {count} times in {_span(hours)}; {cap.scheme or 'the scheme'} allows {most}"
    return ""


def _span(hours: int) -> str:
    return f"{hours // 24} days" if hours > 24 else f"{hours} hours"


def advice_in(answer: Mapping[str, Any], *, depth: int = 4) -> str:
    """The scheme's advice code in a provider's answer as it came, wherever it stands; empty where there is none."""
    for name, value in answer.items():
        if name in ADVICE_NAMES and isinstance(value, str) and (found := _ADVICE.match(value)):
            return found.group(1)
        if isinstance(value, Mapping) and depth and (deeper := advice_in(value, depth=depth - 1)):
            return deeper
    return ""
