"""Versions of the matching rules in words (R15). Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciliation.matching.catalogue import Parameter, Value, YesNo
from reconciliation.matching.ruleset import RuleSet, Use


def parameter_words(use: Use) -> str:
    """`shortest reference 8, tolerance in minor units 0`; "none" where a rule has no parameter."""
    told = [
        f"{_label(each)}{':' if isinstance(each, YesNo) else ''} {value_words(use.parameters[each.name])}" for each in use.kind.parameters
    ]
    return "; ".join(told) or "none"


def value_words(value: Value) -> str:
    """A parameter's value as people read it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) or "none" if isinstance(value, list) else str(value)


def use_words(use: Use) -> str:
    """One rule in a line: `2. on, @1: shortest reference 8`."""
    return f"{'on' if use.is_on else 'off'}, @{use.version}: {parameter_words(use)}"


def differences(before: RuleSet, after: RuleSet) -> list[str]:
    """What a version changes against another, a sentence each."""
    was = {use.kind.name: use for use in before.uses}
    told = [words for use in after.uses for words in _changes(was[use.kind.name], use)]
    return [*told, *_moves(before, after)]


def changed_settings(before: RuleSet, after: RuleSet) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs, by title: (as it is, as it becomes), the place in the order among it."""
    old, new = _stated(before), _stated(after)
    names = [name for name in new if new[name] != old.get(name)]
    return {name: old.get(name, "") for name in names}, {name: new[name] for name in names}


def _stated(rules: RuleSet) -> Mapping[str, str]:
    return {use.kind.title: f"{place}. {use_words(use)}" for place, use in enumerate(rules.uses, 1)}


def _changes(was: Use, use: Use) -> Iterator[str]:
    if was.is_on != use.is_on:
        yield f"{use.kind.title} is turned {'on' if use.is_on else 'off'}."
    for parameter in use.kind.parameters:
        before, after = was.parameters[parameter.name], use.parameters[parameter.name]
        if before != after:
            yield f"{use.kind.title}: {_label(parameter)} {value_words(before)} becomes {value_words(after)}."


def _label(parameter: Parameter) -> str:
    return parameter.label[0].lower() + parameter.label[1:]


def _moves(before: RuleSet, after: RuleSet) -> Iterator[str]:
    """Rules that stand before another one of their group now."""
    groups = dict.fromkeys(use.kind.group for use in after.uses)
    for group in groups:
        old = [use.kind.title for use in before.uses if use.kind.group == group]
        new = [use.kind.title for use in after.uses if use.kind.group == group]
        if old != new:
            yield f"For “{group}” the order becomes: {', then '.join(new)}."
