"""Which rule posts and which is only computed beside it (L11). Pure: values in, values out; no database, no clock."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger.errors import UnbalancedPosting
from ledger.refusals import LedgerError
from ledger.values import Line

EQUAL, DIFFERENT, REFUSED, FAILED = "EQUAL", "DIFFERENT", "REFUSED", "FAILED"
COHORT, ON = "COHORT", "ON"
# The list of C23: what must be signed, with evidence, before a rule leaves shadow.
SIGN_OFF = {
    "ledger_model": "Ledger model",
    "states": "States",
    "idempotency": "Idempotency",
    "playability": "Playability",
    "reconciliation": "Reconciliation",
    "support": "Support",
    "risk": "Risk",
}
_LENGTHS = (("kind", 32), ("holder", 64), ("asset", 16), ("ref", 120), ("label", 64))  # columns of the journal
_MOST_MINOR = 10**38
_ERROR_LENGTH = 300

Make = Callable[[str, dict[str, Any]], list[Line]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a posting belongs, as the floor above knows it: payment method and the brand's code, empty where there is none."""

    rail: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True)
class ShadowRule:
    """A shadow as postings need it: `id` and `version` of its row, the two rules, its stage and its cohort."""

    id: UUID
    version: int
    rule: str
    candidate: str
    rail: str
    stage: str
    percent: int
    brands: tuple[str, ...]
    cohort_by: str

    @property
    def asks_scope(self) -> bool:
        """Whether it depends on the posting's rail or brand."""
        return bool(self.rail or self.brands)

    def is_about(self, scope: Scope) -> bool:
        return not self.rail or self.rail == scope.rail

    def has_turned(self, scope: Scope, *, player: str, intent: str, key: str) -> bool:
        """Whether the candidate posts, and the current rule is the shadow."""
        if self.stage != COHORT:
            return self.stage == ON
        if self.brands and scope.brand not in self.brands:
            return False
        subject = (player or intent) if self.cohort_by == "player" else (intent or player)
        return bucket_of(self.id, subject or key) < self.percent


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside one posting: the rule that did not post, and what came of it."""

    shadow: ShadowRule
    posted_rule: str
    shadow_rule: str
    outcome: str
    error: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """Lines of a rule, or how it said no."""

    lines: tuple[Line, ...]
    refusal: str = ""
    error: str = ""


def bucket_of(shadow_id: UUID, subject: str) -> int:
    """0 to 99, the same for ever for one shadow and subject: whoever is in 10 percent is in 20 percent too."""
    return int.from_bytes(hashlib.sha256(f"{shadow_id.hex}:{subject}".encode()).digest()[:8]) % 100


def post_beside(shadow: ShadowRule, source: str, make: Make, *, has_turned: bool) -> tuple[list[Line] | None, Beside]:
    """The lines that post (None: the current rule takes the source no better alone, ask it for its reason), and what stands beside.

    `source`: canonical JSON, read anew for each rule, as replay will read it. `make` gives checked lines or raises. A candidate
    that raises never posts: the current rule does, and the refusal is kept. Raises nothing.
    """
    candidate = attempt(make, shadow.candidate, source)
    current = attempt(make, shadow.rule, source)
    posts = has_turned and not candidate.refusal
    posted, other = (candidate, current) if posts else (current, candidate)
    names = (shadow.candidate, shadow.rule) if posts else (shadow.rule, shadow.candidate)
    outcome = other.refusal or (EQUAL if sorted(map(_key, posted.lines)) == sorted(map(_key, other.lines)) else DIFFERENT)
    beside = Beside(shadow, *names, outcome, other.error, other.lines)
    return (None if posted.refusal else list(posted.lines)), beside


def attempt(make: Make, rule: str, source: str) -> Made:
    """Run a rule that may be wrong: REFUSED where it refuses the source or its lines can't be posted, FAILED where it breaks."""
    try:
        lines = tuple(make(rule, json.loads(source)))
        require_fitting(lines)
    except LedgerError as refusal:
        return Made((), REFUSED, _words(refusal))
    except (KeyError, TypeError, ValueError) as problem:
        return Made((), REFUSED, f"The source can't be read: {_words(problem)}"[:_ERROR_LENGTH])
    except Exception as problem:
        return Made((), FAILED, _words(problem))
    return Made(lines)


def require_fitting(lines: Sequence[Line]) -> None:
    """Refuse lines that the journal's columns can't hold: raises UnbalancedPosting."""
    for line in lines:
        for name, length in _LENGTHS:
            value = getattr(line, name)
            if not isinstance(value, str) or len(value) > length or "\0" in value:
                raise UnbalancedPosting(f"A line's {name} is a text of at most {length} characters.")
        if abs(line.amount_minor) >= _MOST_MINOR:
            raise UnbalancedPosting("A line's amount has at most 38 digits.")


def _key(line: Line) -> tuple[str, str, str, int, str, str]:
    return (line.kind, line.holder, line.asset, line.amount_minor, line.ref, line.label)


def _words(problem: Exception) -> str:
    text = f"{type(problem).__name__}: {problem}" if str(problem) else type(problem).__name__
    return text.replace("\0", "�")[:_ERROR_LENGTH]
