"""What a version of the matching rules may say, and what it means for the engine (R5, R15). Pure."""

from collections.abc import Callable
from typing import Any

import pytest

from reconciliation.matching.catalogue import KINDS
from reconciliation.matching.narrative import Transfer
from reconciliation.matching.rules import OTHER_RULES, RULES, fields_of
from reconciliation.matching.ruleset import DEFAULT, Body, body_of, default_body, problems_of, read_body
from reconciliation.matching.sql import insert_matches

pytestmark = pytest.mark.spec("R5", "R15")
ADYEN = Transfer("TX635094301XT", "38", "SANDBOX_EU")


def row_of(body: Body, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in body["rules"] if row["rule"] == name)
    return found


def asking(name: str, **parameters: Any) -> Body:
    body = default_body()
    row_of(body, name)["parameters"].update(parameters)
    return body


def without(*names: str) -> Body:
    body = default_body()
    for name in names:
        row_of(body, name)["on"] = False
    return body


def moved(name: str, place: int) -> Body:
    body = default_body()
    row = row_of(body, name)
    body["rules"].remove(row)
    body["rules"].insert(place, row)
    return body


def test_the_first_version_says_what_the_code_has() -> None:
    assert problems_of(default_body()) == []
    assert DEFAULT.psp == RULES
    offered = {f"{kind.name}@1" for kind in KINDS}
    assert {rule.name for rule in RULES} <= offered <= {rule.name for rule in RULES} | set(OTHER_RULES)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (asking("sale.object", tolerance_minor=1), "a difference is never passed over"),
        (asking("bank.payer_and_amount", tolerance_minor=1), "an amount that is the key is exact"),
        (asking("bank.payout_reference", shortest_reference=7), "from 8 to 64: a shorter reference may stand in a text by chance"),
        (asking("bank.payer_and_amount", days_after_due=6), "a longer window finds the next payout"),
        (asking("bank.payer_and_amount", sources=["camt053"]), "camt053 can't be one"),
        (asking("bank.part_of_payout", most_parts=6), "more than 5 parts are for people"),
        (asking("bank.charge_code", charges=["C"]), "4 to 12 capital letters"),
        (asking("sale.object", shortest_reference=0), "an empty reference says nothing"),
        (asking("sale.object", shortest_reference=True), "whole number"),
        (asking("sale.object", anything=1), "its parameters are shortest_reference, tolerance_minor"),
        (asking("refund.object", needs_our_reference="'; DROP TABLE"), "yes or no"),
        (without("bank.duplicate"), "can't be turned off"),
        (without("sale.object", "sale.reference"), "every such line would be a case"),
        (without("payout.reference"), "every such line would be a case"),
        (moved("bank.payer_and_amount", 0), "rules by reference come first"),
        (moved("bank.batch_and_account", 9), "rules by reference come first"),
        ({"rules": default_body()["rules"][:1] * 2}, "Every rule stands in a version once"),
        ({"rules": [{**default_body()["rules"][0], "rule": "sale.guess"}]}, "No rule is called sale.guess"),
        ({"rules": [], "more": 1}, "A version is"),
        ([], "A version is"),
    ],
)
def test_what_could_pair_by_guess_is_refused_in_words(body: Any, told: str) -> None:
    assert told in " ".join(problems_of(body))


def test_a_rule_that_came_later_than_the_version_stands_as_the_product_has_it() -> None:
    older = default_body()
    older["rules"] = [row for row in older["rules"] if row["rule"] != "bank.payer_and_sum"]
    del row_of(older, "sale.object")["parameters"]["shortest_reference"]
    assert problems_of(older) == []
    assert body_of(read_body(older, version=1)) == default_body()


def test_rules_of_one_group_change_places_and_may_be_off() -> None:
    turned = moved("sale.reference", 0)
    assert problems_of(turned) == []
    assert [rule.name for rule in read_body(turned, version=2).psp][:2] == ["sale.reference@1", "sale.object@1"]
    off = without("sale.reference", "bank.payer_and_amount", "bank.charge_code")
    assert problems_of(off) == []
    rules = read_body(off, version=2)
    assert "sale.reference@1" not in {rule.name for rule in rules.psp} and rules.use("bank.charge_code") is None


@pytest.mark.parametrize(
    ("name", "parameters", "condition"),
    [
        ("sale.object", {"shortest_reference": 12}, "length(l.object_reference) >= 12"),
        ("refund.object", {"needs_our_reference": True}, "AND i.id = l.object_id"),
        ("payout.reference", {"needs_psp_reference": True}, "AND i.psp_ref <> ''"),
    ],
)
def test_parameters_stand_in_the_sql_under_the_rules_own_label(name: str, parameters: dict[str, Any], condition: str) -> None:
    body = asking(name, **parameters)
    row_of(body, name)["version"] = 2
    rule = next(rule for rule in read_body(body, version=2).psp if rule.name.startswith(name))
    sql = insert_matches(rule, is_fresh=True)
    assert condition in sql and f"'{name}@2'" in sql
    assert fields_of(f"{name}@2") == fields_of(f"{name}@1")


@pytest.mark.parametrize(
    ("body", "text", "found"),
    [
        (default_body(), "ADYEN TX635094301XT BATCH 38 SANDBOX EU", "bank.transfer_reference@1"),
        (asking("bank.transfer_reference", shortest_digits=10), "ADYEN TX635094301XT", None),
        (default_body(), "ADYEN BATCH 38 SANDBOX EU", "bank.batch_and_account@1"),
        (asking("bank.batch_and_account", shortest_number=3), "ADYEN BATCH 38 SANDBOX EU", None),
        (default_body(), "ADYEN BATCH 380 SANDBOX EU", None),
    ],
)
def test_a_text_names_a_payout_distinctly_enough_or_not_at_all(body: Body, text: str, found: str | None) -> None:
    transfer = ADYEN if "TX" in text else Transfer("", "38", "SANDBOX_EU")
    named = [rule.label for rule in read_body(body, version=2).texts if rule.names(text, transfer)]
    assert next(iter(named), None) == found


def test_a_limit_of_the_difference_leaves_the_line_to_people() -> None:
    def rule_of(body: Body) -> Callable[[int], bool]:
        return next(rule for rule in read_body(body, version=2).texts if rule.name == "bank.batch_and_account").takes

    assert rule_of(default_body())(5_000_000)
    limited = rule_of(asking("bank.batch_and_account", most_difference_minor=100))
    assert limited(-100) and not limited(101)
