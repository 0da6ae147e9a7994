"""Rules read from data: refused where they can't be so, told in words, their conflicts named (C12)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cashier.routing import BadPolicy, Payment, read_policy
from cashier.routing.conditions import as_conditions
from cashier.routing.conflicts import find_conflicts
from cashier.routing.wording import differences, rule_words

pytestmark = pytest.mark.spec("C12")
PREFER = {"when": {"brand": ["lucky"], "currency": ["EUR"], "amount_from_minor": 10_000}, "effect": "prefer", "accounts": ["A1", "B2"]}
STEP_UP = {"when": {"card_type": ["prepaid"]}, "effect": "step_up"}


def rules(*rows: dict[str, Any], **more: Any) -> Any:
    return read_policy({"rules": list(rows), **more})


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"effect": "delete"}, "not known"),
        ({"effect": "prefer"}, "names one account at least"),
        ({"effect": "decline", "accounts": ["A1"]}, "names no accounts"),
        ({"effect": "step_up", "when": {"amount_from_minor": 1}}, "an amount is of one currency"),
        ({"effect": "step_up", "when": {"currency": ["EUR"], "amount_from_minor": 5, "amount_to_minor": 4}}, "no amount is at least"),
        ({"effect": "step_up", "when": {"currency": ["XXQ"]}}, "XXQ"),
        ({"effect": "step_up", "when": {"bin_from": "4111111111111111"}}, "six to eight digits"),
        ({"effect": "step_up", "when": {"bin_from": "511111", "bin_to": "411111"}}, "begins after its end"),
        ({"effect": "step_up", "when": {"planet": ["Mars"]}}, "planet"),
        ({"effect": "weight", "accounts": ["A1"], "percent": 1.5}, "whole number"),
        ({"effect": "prefer", "accounts": ["A1", "A1"]}, "named twice"),
    ],
)
def test_what_can_not_be_is_refused_with_its_place(row: dict[str, Any], words: str) -> None:
    with pytest.raises(BadPolicy, match=words) as refused:
        rules(STEP_UP, row)
    assert "Rule 2" in str(refused.value)


def test_a_rule_reads_as_a_sentence() -> None:
    words = [rule_words(rule) for rule in rules(PREFER, STEP_UP, {"effect": "exclude", "accounts": ["C3"]}).rules]
    assert words == [
        "If brand is lucky and currency is EUR and amount is at least 100.00 EUR → A1, then B2",
        "If card type is prepaid → ask for a challenge",
        "Always → never C3",
    ]


def test_differences_are_told_in_words() -> None:
    before = rules(PREFER, STEP_UP)
    after = rules(
        STEP_UP, {**PREFER, "accounts": ["B2"]}, options={"explore_percent": 5}, splits=[{"name": "t", "percent": 9, "accounts": ["A1"]}]
    )
    told = differences(before, after)
    assert told == [
        "Taken out: “If brand is lucky and currency is EUR and amount is at least 100.00 EUR → A1, then B2”.",
        "New rule 2: “If brand is lucky and currency is EUR and amount is at least 100.00 EUR → B2”.",
        "Share drawn by lot: 5 % instead of 2 %.",
        "Split test begun: t: 9 % go to A1 first. Always. Stopped where it does 3 points worse after 100 tries of each.",
    ]
    changed = differences(before, rules({**PREFER, "accounts": ["B2"]}, STEP_UP))
    assert len(changed) == 1 and changed[0].startswith("Rule 1 changed: ")
    assert differences(before, before) == []


def test_dead_rules_and_overlaps_are_named() -> None:
    narrow = {"when": {"brand": ["lucky"], "currency": ["EUR"], "amount_from_minor": 20_000}, "effect": "prefer", "accounts": ["C3"]}
    dead = find_conflicts(rules(PREFER, narrow))
    assert [(row.earlier, row.later, row.is_dead) for row in dead] == [(1, 2, True)]
    assert find_conflicts(rules(narrow, PREFER))[0].words.startswith("Rules 1 and 2 overlap: where both hold, rule 1 goes first")
    after_decline = find_conflicts(
        rules({"when": {"region": ["SE"]}, "effect": "decline"}, {**STEP_UP, "when": {"region": ["SE"], "cvv": ["N"]}})
    )
    assert after_decline[0].is_dead
    both = find_conflicts(rules(PREFER, {"effect": "exclude", "accounts": ["A1"]}))
    assert "excludes A1" in both[0].words and not both[0].is_dead
    apart = {"when": {"brand": ["other"]}, "effect": "prefer", "accounts": ["C3"]}
    assert find_conflicts(rules(PREFER, apart, STEP_UP)) == []


sets = st.sampled_from([[], ["a"], ["b"], ["a", "b"]])
ends = st.one_of(st.none(), st.integers(0, 30))
whens = st.builds(
    lambda region, cvv, low, high: {"region": region, "cvv": cvv, "amount_from_minor": low, "amount_to_minor": high}, sets, sets, ends, ends
)


@settings(max_examples=300, deadline=None)
@given(whens, whens, st.sampled_from(["a", "b", ""]), st.sampled_from(["a", "b", ""]), st.integers(0, 31))
def test_covering_and_meeting_agree_with_matching(one: Any, other: Any, region: str, cvv: str, amount: int) -> None:
    """A payment that shows the contrary would be a rule called dead that is not, or an overlap not told of."""
    payment = Payment("k", "lucky", "e", region, "EUR", amount, "card", cvv=cvv)
    first, second = as_conditions(one), as_conditions(other)
    if first.covers(second) and second.match(payment):
        assert first.match(payment)
    if first.match(payment) and second.match(payment):
        assert first.meets(second) and second.meets(first)
