"""The pure side of shadows (L11): who is in a cohort, and what comes of a rule that may be wrong."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import UnbalancedPosting
from ledger.shadowing import DIFFERENT, EQUAL, FAILED, REFUSED, Scope, ShadowRule, bucket_of, post_beside
from ledger.values import Line

ID = UUID(int=7)
DR, CR = Line("clearing", "ma_1", "EUR", 5), Line("playable", "pl_1", "EUR", -5)


def rule(**facts: Any) -> ShadowRule:
    given: dict[str, Any] = {"rail": "", "stage": "COHORT", "percent": 50, "brands": (), "cohort_by": "player"}
    return ShadowRule(ID, 3, "R@1", "R@2", **(given | facts))


def make(rule_name: str, source: dict[str, Any]) -> list[Line]:
    """The source says what each version makes."""
    made = source[rule_name]
    if isinstance(made, str):
        raise {"refuse": UnbalancedPosting, "break": ZeroDivisionError, "read": KeyError}[made]("no")
    return [Line(*each) for each in made]


def beside(one: Any, two: Any, *, has_turned: bool = False) -> tuple[Any, str, str]:
    """(lines that post, rule that posts, outcome)."""
    as_rows = [each if isinstance(each, str) else [list(line) for line in each] for each in (one, two)]
    lines, found = post_beside(rule(), json.dumps({"R@1": as_rows[0], "R@2": as_rows[1]}), make, has_turned=has_turned)
    return lines, found.posted_rule, found.outcome


def rows(*lines: Line) -> list[tuple[Any, ...]]:
    return [(line.kind, line.holder, line.asset, line.amount_minor, line.ref, line.label) for line in lines]


@pytest.mark.spec("L11")
@given(subject=st.text(max_size=40), low=st.integers(0, 100), high=st.integers(0, 100))
def test_who_is_in_a_small_cohort_is_in_every_larger_one(subject: str, low: int, high: int) -> None:
    low, high = sorted((low, high))
    taken = [rule(percent=percent).has_turned(Scope(), player=subject, intent="", key="k") for percent in (0, low, high, 100)]
    assert taken == sorted(taken)
    assert (taken[0], taken[-1]) == (False, True)


@pytest.mark.spec("L11")
def test_a_cohort_is_stable_its_own_and_as_large_as_it_says() -> None:
    players = [f"pl_{n}" for n in range(4_000)]
    buckets = [bucket_of(ID, player) for player in players]
    assert buckets == [bucket_of(ID, player) for player in players]
    assert buckets[:8] == [67, 6, 70, 54, 80, 42, 92, 12]
    assert buckets != [bucket_of(UUID(int=8), player) for player in players]
    assert 340 < sum(bucket < 10 for bucket in buckets) < 460


@pytest.mark.spec("L11")
def test_brand_rail_and_the_way_of_drawing_narrow_a_cohort() -> None:
    everybody = rule(percent=100, brands=("lucky",))
    assert everybody.has_turned(Scope("card", "lucky"), player="pl_1", intent="", key="k")
    assert not everybody.has_turned(Scope("card", "other"), player="pl_1", intent="", key="k")
    assert not everybody.has_turned(Scope(), player="", intent="", key="k")
    assert rule(stage="ON", percent=0).has_turned(Scope(), player="", intent="", key="k")
    assert not rule(stage="SHADOW", percent=100).has_turned(Scope(), player="pl_1", intent="", key="k")
    assert rule(rail="card").is_about(Scope("card"))
    assert not rule(rail="card").is_about(Scope("paybybank"))
    by_intent = rule(cohort_by="intent", percent=bucket_of(ID, "pi_1") + 1)
    assert by_intent.has_turned(Scope(), player="pl_never", intent="pi_1", key="k")


@pytest.mark.spec("L11")
def test_lines_are_equal_in_any_order_and_the_current_rule_posts() -> None:
    assert beside(rows(DR, CR), rows(CR, DR)) == ([DR, CR], "R@1", EQUAL)
    assert beside(rows(DR, CR), rows(DR, DR)) == ([DR, CR], "R@1", DIFFERENT)
    assert beside(rows(DR, CR), rows(CR, DR), has_turned=True) == ([CR, DR], "R@2", EQUAL)


@pytest.mark.spec("L11")
@pytest.mark.parametrize(("way", "outcome"), [("refuse", REFUSED), ("read", REFUSED), ("break", FAILED)])
@pytest.mark.parametrize("has_turned", [False, True])
def test_a_candidate_that_raises_never_posts(way: str, outcome: str, has_turned: bool) -> None:
    assert beside(rows(DR, CR), way, has_turned=has_turned) == ([DR, CR], "R@1", outcome)


@pytest.mark.spec("L11")
def test_a_current_rule_that_raises_is_asked_for_its_reason_unless_the_candidate_posts() -> None:
    assert beside("refuse", rows(DR, CR))[:2] == (None, "R@1")
    assert beside("break", rows(DR, CR), has_turned=True) == ([DR, CR], "R@2", FAILED)
    assert beside("refuse", "break", has_turned=True)[:2] == (None, "R@1")


@pytest.mark.spec("L11")
@pytest.mark.parametrize(
    "line", [Line("clearing", "m" * 65, "EUR", 5), Line("clearing", "ma\0", "EUR", 5), Line("clearing", "ma_1", "EUR", 10**38)]
)
def test_lines_that_the_journal_can_not_hold_are_a_refusal(line: Line) -> None:
    assert beside(rows(DR, CR), rows(line, CR))[2] == REFUSED
