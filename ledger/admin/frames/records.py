"""The record frame: a sentence, a strip of facts, what is known on the left, what to do on the right, the bar at the bottom (UX 3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.admin.frames.chips import Chip


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value of the strip. `tone` tints it: bad or attention."""

    label: str
    value: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled part of a record, drawn by `template` with `context`. `note` stands beside the title."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the timeline. `source` names the side that said it: ledger, psp, bank, person, system."""

    at: Any
    words: str
    source: str
    who: str = ""
    detail: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One cell of the three-side compare: `differs` marks it, in words too."""

    value: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class CompareRow:
    label: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a checklist or playbook. `state`: done, open, failed or review."""

    words: str
    state: str = "open"
    figure: str = ""
    link: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a proof: a label, signed minor units, how many lines, and where these are."""

    label: str
    amount_minor: int | None
    lines: int | None = None
    link: str = ""
    kind: str = "term"


@dataclass(slots=True)
class Record:
    """A record page. `question` is what the page answers; `headline` says it in words; `code` follows in grey."""

    question: str
    headline: str
    code: str = ""
    chip: Chip | None = None
    facts: list[Fact] = field(default_factory=list)
    main: list[Panel] = field(default_factory=list)
    side: list[Panel] = field(default_factory=list)
    sub: str = ""
    notice: str = ""


def timeline(events: list[Event], title: str = "What happened") -> Panel:
    """A timeline panel, oldest first."""
    return Panel(title, "ops/timeline.html", {"events": sorted(events, key=lambda event: event.at)}, anchor="timeline")


def table(title: str, headers: list[tuple[str, str]], rows: Sequence[Sequence[str]], *, empty: str = "None.", note: str = "") -> Panel:
    """A small table: headers are (words, kind), kind being text or num; cells are HTML or text."""
    return Panel(
        title, "ops/table.html", {"headers": headers, "rows": [list(zip(headers, row, strict=True)) for row in rows], "empty": empty}, note
    )


def values(title: str, pairs: list[tuple[str, str]], *, note: str = "") -> Panel:
    """Labels and values, one below the other."""
    return Panel(title, "ops/values.html", {"pairs": pairs}, note)


def compare(title: str, heads: tuple[str, ...], rows: list[CompareRow], *, note: str = "") -> Panel:
    """What each side says, the differing cell marked."""
    return Panel(title, "ops/compare.html", {"heads": heads, "rows": rows}, note)


def checklist(title: str, steps: list[Step], *, note: str = "", numbered: bool = False) -> Panel:
    """Steps with their state; numbered for a playbook."""
    return Panel(title, "ops/checklist.html", {"steps": steps, "numbered": numbered}, note)


def proof(title: str, currency: str, left: list[Term], right: list[Term], residual_minor: int, *, note: str = "", waits: str = "") -> Panel:
    """The sums of one currency, with the residual that must be zero. `waits` says what is not in yet, in place of "agrees"."""
    context = {"currency": currency, "left": left, "right": right, "residual_minor": residual_minor, "waits": waits}
    return Panel(title, "ops/proof.html", context, note)


def raw(title: str, text: str, *, note: str = "") -> Panel:
    """Raw data, folded away."""
    return Panel(title, "ops/raw.html", {"text": text}, note)
