"""The dialog of one rule of a draft: on or off, its place, its parameters; and back to what is stored (R15)."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django import forms

from ledger.admin.frames import Page
from reconciliation.matching.catalogue import Number, Parameter, Value, Words, YesNo
from reconciliation.matching.ruleset import Body, RuleSet, Use, body_of
from reconciliation.models import MatchingRules
from reconciliation.queries.matching_rules import rules_of


def asked_rule(row: MatchingRules, page: Page) -> Use | None:
    """The rule that `?edit=sale.object` or the dialog names."""
    name = page.request.POST.get("rule") or page.request.GET.get("edit", "")
    return next((use for use in rules_of(row).uses if use.kind.name == name), None)


def rule_fields(row: MatchingRules, page: Page) -> dict[str, forms.Field]:
    """What of the asked rule may be chosen; a parameter that has one value alone is not asked for."""
    use = asked_rule(row, page)
    if use is None:
        return {}
    fields: dict[str, forms.Field] = {"rule": forms.CharField(widget=forms.HiddenInput, initial=use.kind.name)}
    if not use.kind.is_fixed:
        fields["is_on"] = forms.BooleanField(label="On", required=False, initial=use.is_on)
    group = [each for each in rules_of(row).uses if each.kind.group == use.kind.group]
    if len(group) > 1:
        places = [(str(place), f"{place} of {len(group)}") for place in range(1, len(group) + 1)]
        fields["place"] = forms.ChoiceField(label=f"Its place for “{use.kind.group}”", choices=places, initial=str(group.index(use) + 1))
    return fields | {f"p_{each.name}": _field(each, use.parameters[each.name]) for each in use.kind.parameters if not _is_single(each)}


def _is_single(parameter: Parameter) -> bool:
    return isinstance(parameter, Number) and parameter.least == parameter.most and not parameter.may_be_none


def _field(parameter: Parameter, value: Value) -> forms.Field:
    if isinstance(parameter, YesNo):
        return forms.BooleanField(label=parameter.label, required=False, initial=value)
    if isinstance(parameter, Words) and parameter.offered:
        choices = [(word, word) for word in parameter.offered]
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(label=parameter.label, choices=choices, required=False, initial=value, widget=boxes)
    if isinstance(parameter, Words):
        help_text = f"Separated by spaces; {parameter.why}."
        return forms.CharField(label=parameter.label, required=False, max_length=400, initial=" ".join(value), help_text=help_text)
    words = f"{parameter.least} to {parameter.most:,}: {parameter.why}."
    return forms.IntegerField(label=parameter.label, required=not parameter.may_be_none, initial=value, help_text=words)


def changed_body(row: MatchingRules, use: Use, data: Mapping[str, Any]) -> Body:
    """The draft's rules with this one as the dialog says."""
    rules = rules_of(row)
    body = deepcopy(body_of(rules))
    said = next(each for each in body["rules"] if each["rule"] == use.kind.name)
    said["on"] = data["is_on"] if "is_on" in data else said["on"]
    said["parameters"] |= {each.name: _value(each, data[f"p_{each.name}"]) for each in use.kind.parameters if f"p_{each.name}" in data}
    return _placed(body, rules, use, int(data["place"])) if "place" in data else body


def _value(parameter: Parameter, given: Any) -> Value:
    if not isinstance(parameter, Words):
        return given
    return list(given) if parameter.offered else list(dict.fromkeys(given.upper().replace(",", " ").split()))


def _placed(body: Body, rules: RuleSet, use: Use, place: int) -> Body:
    """At this place of its group; others keep their order."""
    names = [each.kind.name for each in rules.uses]
    group = [each.kind.name for each in rules.uses if each.kind.group == use.kind.group]
    start = names.index(group[0])
    group.remove(use.kind.name)
    group.insert(place - 1, use.kind.name)
    names[start : start + len(group)] = group
    by_name = {each["rule"]: each for each in body["rules"]}
    return {"rules": [by_name[name] for name in names]}
