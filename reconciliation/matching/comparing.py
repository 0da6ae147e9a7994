"""What two versions of the rules make of the same lines, side by side (R15). Pure.

Each line has a partner by the old and by the new rules, or none. `gained`: only the new rules find one; `lost`: only the old; `moved`:
both do, another one; `renamed`: the same one, by another rule.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

OLD, NEW = 0, 1
CHANGES = ("gained", "lost", "moved", "renamed")
MOST_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Side:
    """What one version makes of a line. `partner`: public id of the item, of several joined by a space, or of what kind of line it is;
    empty for none. `rule`: its label; `code`: the reason code of the case it would be, or empty."""

    partner: str = ""
    rule: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A line that changes. `line`: "psp:123" or "bank:123". `batch`: public id of its batch, of a bank line none."""

    line: str
    batch: str
    reference: str
    amount_minor: int
    currency: str
    old: Side
    new: Side

    def as_row(self) -> dict[str, Any]:
        sides = {"old": _row(self.old), "new": _row(self.new)}
        return {"line": self.line, "batch": self.batch, "reference": self.reference[:200], "amount_minor": self.amount_minor,
                "currency": self.currency, **sides}  # fmt: skip


def _row(side: Side) -> dict[str, str]:
    return {"partner": side.partner, "rule": side.rule, "code": side.code}


def change_of(old: Side, new: Side) -> str:
    """One of CHANGES; empty where both say the same."""
    if old.partner == new.partner:
        return "renamed" if old.rule != new.rule else ""
    return "gained" if not old.partner else "lost" if not new.partner else "moved"


@dataclass
class Comparison:
    """Sums of both sides; bounded, whatever the number of lines: counts by code, rule and currency, and the first examples.

    Amounts are absolute minor units by currency.
    """

    lines: int = 0
    matched: list[int] = field(default_factory=lambda: [0, 0])
    counts: Counter[str] = field(default_factory=Counter)
    amounts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rules: dict[str, list[int]] = field(default_factory=dict)
    codes: dict[str, list[int]] = field(default_factory=dict)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {change: [] for change in CHANGES[:3]})
    as_stored: list[int] = field(default_factory=lambda: [0, 0])
    not_judged: int = 0

    def add_matched(self, side: int, rule: str, count: int) -> None:
        """`count` lines have a partner by this rule."""
        self.matched[side] += count
        self.rules.setdefault(rule, [0, 0])[side] += count

    def add_codes(self, side: int, code: str, count: int = 1) -> None:
        """`count` cases of this code."""
        if code and count:
            self.codes.setdefault(code, [0, 0])[side] += count

    def add_change(self, change: str, currency: str, count: int, amount_minor: int) -> None:
        """`count` lines change so, of this amount together."""
        self.counts[change] += count
        self.amounts[change][currency] += amount_minor

    def add_examples(self, change: str, found: Iterable[Example]) -> None:
        """Kept until there are enough."""
        for example in found:
            if change in self.examples and len(self.examples[change]) < MOST_EXAMPLES:
                self.examples[change].append(example.as_row())

    def add_line(self, example: Example) -> None:
        """One line with what both sides make of it."""
        self.lines += 1
        for side, said in ((OLD, example.old), (NEW, example.new)):
            if said.partner:
                self.add_matched(side, said.rule, 1)
            self.add_codes(side, said.code)
        change = change_of(example.old, example.new)
        if change:
            self.add_change(change, example.currency, 1, abs(example.amount_minor))
            self.add_examples(change, [example])

    def as_body(self, more: Mapping[str, Any]) -> dict[str, Any]:
        """Plain values to be kept, with `more` beside them."""
        changes = {change: {"lines": self.counts[change], "amounts": dict(sorted(self.amounts[change].items()))} for change in CHANGES}
        return {"lines": self.lines, "matched": self.matched, **changes, "rules": dict(sorted(self.rules.items())),
                "codes": dict(sorted(self.codes.items())), "examples": self.examples, "as_stored": self.as_stored,
                "not_judged": self.not_judged, **more}  # fmt: skip
