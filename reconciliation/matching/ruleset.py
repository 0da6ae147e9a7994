"""A version of the matching rules as the engine reads it (R15): checked, and bound to the SQL and the comparisons of the rules. Pure.

A body is {"rules": [{"rule": name, "version": n, "on": bool, "parameters": {…}}, …]}, in the order of application. A rule's label,
"bank.payout_reference@2", names its parameters once and for all: other parameters are another version of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from reconciliation.matching.catalogue import BY_NAME, GROUPS, KINDS, Kind, Value, place_of
from reconciliation.matching.narrative import Transfer, names_batch, names_reference, names_transfer
from reconciliation.matching.rules import RULES, Rule

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Use:
    """One rule as a version has it."""

    kind: Kind
    version: int
    is_on: bool
    parameters: Mapping[str, Value]

    @property
    def label(self) -> str:
        """As a match names it: "sale.object@1"."""
        return f"{self.kind.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class TextRule:
    """A rule that finds a payout by what a bank line's text says."""

    name: str
    label: str
    parameters: Mapping[str, Value]

    def names(self, text: str, transfer: Transfer) -> bool:
        """Whether the text names this payout, distinctly enough."""
        asked = self.parameters
        if self.name == "bank.transfer_reference":
            return names_transfer(text, transfer) and len(transfer.reference) - 4 >= asked["shortest_digits"]
        if self.name == "bank.payout_reference":
            return names_reference(text, transfer) and len(transfer.reference) >= asked["shortest_reference"]
        is_distinct = len(transfer.number) >= asked["shortest_number"] and len(transfer.account) >= asked["shortest_account"]
        return is_distinct and names_batch(text, transfer)

    def takes(self, difference_minor: int) -> bool:
        """Whether it pairs a line that differs so much from its payout."""
        most = self.parameters.get("most_difference_minor")
        return most is None or abs(difference_minor) <= most


_TEXT_GROUPS = ("bank line by reference", "bank line by batch")


@dataclass(frozen=True)
class RuleSet:
    """A version, ready to run. `version` 0 is no stored one."""

    version: int
    uses: tuple[Use, ...]

    @cached_property
    def psp(self) -> tuple[Rule, ...]:
        """Rules for the lines of reports, in order, with their parameters in their conditions."""
        known = {rule.name.partition("@")[0]: rule for rule in RULES}
        stated = [_bound(known[use.kind.name], use) for use in self.uses if use.is_on and use.kind.name in known]
        return (*stated, *(rule for name, rule in known.items() if name not in BY_NAME))

    @cached_property
    def texts(self) -> tuple[TextRule, ...]:
        """Rules that read what a bank line says, in order."""
        on = [use for use in self.uses if use.is_on and use.kind.group in _TEXT_GROUPS]
        return tuple(TextRule(use.kind.name, use.label, use.parameters) for use in on)

    def use(self, name: str) -> Use | None:
        """A rule that is on; None where it is off."""
        return next((use for use in self.uses if use.kind.name == name and use.is_on), None)

    def named(self, name: str) -> Use:
        """A rule, on or off."""
        return next(use for use in self.uses if use.kind.name == name)

    def labelled(self, label: str) -> Use | None:
        """The rule of this label, on or off."""
        return next((use for use in self.uses if use.label == label), None)


def _bound(rule: Rule, use: Use) -> Rule:
    """The rule under its label, with what its parameters ask besides. Numbers of the schema alone reach the SQL."""
    asked, lines, join = use.parameters, rule.lines, rule.join
    if (shortest := int(asked.get("shortest_reference", 1))) > 1:
        lines += f" AND length(l.object_reference) >= {shortest}"
    if asked.get("needs_our_reference"):
        join += " AND i.id = l.object_id"
    if asked.get("needs_psp_reference"):
        join += " AND i.psp_ref <> '' AND i.psp_ref IN (l.psp_reference, l.object_reference)"
    return replace(rule, name=use.label, lines=lines, join=join)


def default_body() -> Body:
    """Version 1: every rule on, with the parameters that the product comes with."""
    return {"rules": [{"rule": kind.name, "version": 1, "on": True, "parameters": kind.defaults()} for kind in KINDS]}


def read_body(body: Body, *, version: int) -> RuleSet:
    """A checked body. A rule or parameter that came with a later product than the version stands as the product has it."""
    said = [_use(row) for row in body["rules"]]
    named = {use.kind.name for use in said}
    uses = [*said, *(Use(kind, 1, True, kind.defaults()) for kind in KINDS if kind.name not in named)]
    return RuleSet(version, tuple(sorted(uses, key=lambda use: place_of(use.kind))))


def body_of(rules: RuleSet) -> Body:
    """The body that says these rules, every rule and parameter named."""
    return {
        "rules": [
            {"rule": use.kind.name, "version": use.version, "on": use.is_on, "parameters": dict(use.parameters)} for use in rules.uses
        ]
    }


def _use(row: Mapping[str, Any]) -> Use:
    kind = BY_NAME[row["rule"]]
    return Use(kind, int(row["version"]), bool(row["on"]), {**kind.defaults(), **row["parameters"]})


def problems_of(body: Any) -> list[str]:
    """Why a body can't be a version, each in a sentence; empty where it can."""
    rows = body.get("rules") if isinstance(body, dict) and set(body) == {"rules"} else None
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        return ['A version is {"rules": [{"rule", "version", "on", "parameters"}, …]}.']
    unknown = [row["rule"] for row in rows if row["rule"] not in BY_NAME]
    if unknown:
        return [f"No rule is called {', '.join(unknown)}."]
    names = [row["rule"] for row in rows]
    if len(set(names)) < len(names) or not names:
        return ["Every rule stands in a version once, on or off."]
    return [*_of_parameters(rows), *_of_order(names), *_of_groups(rows)]


def _is_row(row: Any) -> bool:
    if not isinstance(row, dict) or set(row) != {"rule", "version", "on", "parameters"}:
        return False
    typed = isinstance(row["rule"], str) and type(row["version"]) is int and isinstance(row["on"], bool)
    return typed and row["version"] > 0 and isinstance(row["parameters"], dict)


def _of_parameters(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    told = []
    for row in rows:
        kind, given = BY_NAME[row["rule"]], row["parameters"]
        other = sorted(set(given) - {each.name for each in kind.parameters})
        if other:
            told.append(f"{kind.title}: its parameters are {', '.join(each.name for each in kind.parameters) or 'none'}.")
            continue
        found = [each.problem(given[each.name]) for each in kind.parameters if each.name in given]
        told += [f"{kind.title}: {problem}." for problem in found if problem]
    return told


def _of_order(names: Sequence[str]) -> list[str]:
    places = [place_of(BY_NAME[name]) for name in names]
    for before, after, first, second in zip(places, places[1:], names, names[1:], strict=False):
        if before > after:
            return [
                f"{BY_NAME[second].title} stands before {BY_NAME[first].title}: rules by reference come first, then those by batch, then"
                " those by amount (R5); only rules of one group change places."
            ]
    return []


def _of_groups(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    told = [f"{BY_NAME[row['rule']].title} can't be turned off." for row in rows if BY_NAME[row["rule"]].is_fixed and not row["on"]]
    for group, needs_one in GROUPS.items():
        in_group = [row for row in rows if BY_NAME[row["rule"]].group == group]
        if needs_one and not told and in_group and not any(row["on"] for row in in_group):
            told.append(f"No rule for “{group}” is on: every such line would be a case.")
    return told


DEFAULT = read_body(default_body(), version=1)
