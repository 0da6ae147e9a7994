"""The worked stories of POSTINGS.md that reports and statements post, line for line (R8, L17)."""

from collections import Counter
from typing import Any

import pytest

from ledger.values import Line
from reconciliation import postings

M, B, E = "ma_m", "ba_b", "le_e"


def batch(**facts: Any) -> list[Line]:
    """The lines of a batch of merchant account m in EUR, with nothing in it but `facts`."""
    source = {
        "entity": E,
        "merchant_account": M,
        "currency": "EUR",
        "batch": "batch:ma_m:2:EUR",
        "carry": "carry:ma_m:EUR",
        "payout_minor": 0,
        "carried_minor": 0,
        "bounced": [],
        "items_minor": {},
        "foreign": [],
        "fees_minor": {},
        "reserve": {"withheld": 0, "released": 0},
        "suspense": [],
    }
    return balanced(postings.batch_settled({**source, **facts}))


def balanced(lines: list[Line]) -> list[Line]:
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.asset] += line.amount_minor
    assert not any(sums.values()), sums
    return lines


def told(lines: list[Line]) -> list[tuple[str, int]]:
    """(account, signed amount), fee kinds summed as in the stories."""
    sums: Counter[tuple[str, bool]] = Counter()
    for line in lines:
        sums[line.kind, line.amount_minor > 0] += line.amount_minor
    return sorted((kind, amount) for (kind, _), amount in sums.items())


@pytest.mark.spec("R8")
def test_story_4_one_batch_with_everything() -> None:
    lines = batch(
        payout_minor=18200,
        items_minor={"sale": 35000, "refund": -1000, "payout": -8000, "chargeback": -5000},
        fees_minor={"processing": 700, "chargeback": 1500, "payout": 50},
        reserve={"withheld": 1750, "released": 1200},
    )

    assert told(lines) == [
        ("clearing", -35000), ("clearing", 14000), ("fees", 2250), ("in_transit", 18200), ("reserve", -1200), ("reserve", 1750),
    ]  # fmt: skip
    assert {line.label: line.amount_minor for line in lines if line.kind == "fees"} == {"processing": 700, "chargeback": 1500, "payout": 50}


@pytest.mark.spec("R8", "R14")
def test_story_5_reserve_withheld_then_released_alone() -> None:
    withheld = batch(
        payout_minor=18700, items_minor={"sale": 20000}, fees_minor={"processing": 300}, reserve={"withheld": 1000, "released": 0}
    )
    released = batch(payout_minor=1000, reserve={"withheld": 0, "released": 1000})

    assert told(withheld) == [("clearing", -20000), ("fees", 300), ("in_transit", 18700), ("reserve", 1000)]
    assert told(released) == [("in_transit", 1000), ("reserve", -1000)]


@pytest.mark.spec("R8", "L17")
def test_story_21_a_line_that_nobody_knows_later_found() -> None:
    settled = batch(payout_minor=14800, items_minor={"sale": 10000}, fees_minor={"processing": 200}, suspense=[["line:psp:9", 5000]])
    waiting = next(line for line in settled if line.kind == "suspense")
    identified = balanced(
        postings.line_identified(
            {"merchant_account": M, "currency": "EUR", "amount_minor": waiting.amount_minor, "line": waiting.ref, "item": "cap_2"}
        )
    )

    assert told(settled) == [("clearing", -10000), ("fees", 200), ("in_transit", 14800), ("suspense", -5000)]
    assert identified == [Line("suspense", M, "EUR", 5000, "line:psp:9"), Line("clearing", M, "EUR", -5000, "cap_2")]


@pytest.mark.spec("R8")
def test_story_22_refund_made_at_the_psp_in_a_batch_that_costs() -> None:
    settled = batch(payout_minor=-90, items_minor={"sale": 4000}, fees_minor={"processing": 90}, suspense=[["line:psp:3", -4000]])
    identified = postings.line_identified(
        {"merchant_account": M, "currency": "EUR", "amount_minor": 4000, "line": "line:psp:3", "item": "psp_refund"}
    )

    assert told(settled) == [("clearing", -4000), ("fees", 90), ("in_transit", -90), ("suspense", 4000)]
    assert told(balanced(identified)) == [("clearing", 4000), ("suspense", -4000)]


@pytest.mark.spec("R8")
def test_story_23_bank_credit_of_nobody_then_a_transfer_less_a_charge() -> None:
    holders = {"entity": E, "bank_account": B, "currency": "EUR", "line": "bl:1"}
    unknown = balanced(postings.bank_to_suspense({**holders, "amount_minor": 7500}))
    identified = balanced(
        postings.bank_identified({**holders, "amount_minor": -7500, "charge_minor": 50, "to": ["in_transit", M, "batch:ma_m:1:EUR"]})
    )

    assert told(unknown) == [("bank", 7500), ("suspense", -7500)]
    assert told(identified) == [("bank_fees", 50), ("in_transit", -7550), ("suspense", 7500)]


@pytest.mark.spec("R8")
def test_story_28_a_transfer_that_bounced_comes_back_in_the_next_batch() -> None:
    lines = batch(payout_minor=41800, items_minor={"sale": 12000}, fees_minor={"processing": 200}, bounced=[["batch:ma_m:1:EUR", 30000]])

    assert told(lines) == [("clearing", -12000), ("fees", 200), ("in_transit", -30000), ("in_transit", 41800)]
    assert [line.ref for line in lines if line.kind == "in_transit"] == ["batch:ma_m:2:EUR", "batch:ma_m:1:EUR"]


@pytest.mark.spec("R8", "L17")
def test_a_negative_batch_is_carried_and_comes_off_the_next_without_a_rest() -> None:
    negative = batch(carried_minor=500, items_minor={"refund": -500})
    following = batch(payout_minor=1500, carried_minor=-500, items_minor={"sale": 2000})

    carried = [line.amount_minor for line in [*negative, *following] if line.ref == "carry:ma_m:EUR"]
    assert carried == [-500, 500]


@pytest.mark.spec("R8")
def test_items_charged_in_another_currency_meet_in_fx() -> None:
    lines = batch(payout_minor=980, fees_minor={"processing": 20}, foreign=[["SEK", 11500, 1000]])

    assert told(lines) == [("clearing", -11500), ("fees", 20), ("fx", -1000), ("fx", 11500), ("in_transit", 980)]


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        ("bank_charge", {"amount_minor": -250, "label": "charge"}, [("bank", -250), ("bank_fees", 250)]),
        ("bank_charge", {"amount_minor": 80, "label": "interest"}, [("bank", 80), ("bank_fees", -80)]),
        ("bank_outside", {"amount_minor": -900}, [("bank", -900), ("outside", 900)]),
        ("bank_opened", {"opening_minor": 25000}, [("bank", 25000), ("outside", -25000)]),
        ("bank_opened", {"opening_minor": -100}, [("bank", -100), ("outside", 100)]),
        (
            "bank_settlement_matched",
            {"amount_minor": 7500, "charge_minor": 50, "merchant_account": M, "batch": "b"},
            [("bank", 7500), ("bank_fees", 50), ("in_transit", -7550)],
        ),
        (
            "bank_settlement_matched",
            {"amount_minor": -90, "charge_minor": 0, "merchant_account": M, "batch": "b"},
            [("bank", -90), ("in_transit", 90)],
        ),
        ("bank_unmatched", {"amount_minor": 7500, "merchant_account": M, "batch": "b"}, [("in_transit", 7500), ("suspense", -7500)]),
    ],
)
@pytest.mark.spec("R8")
def test_bank_lines(rule: str, facts: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    lines = getattr(postings, rule)({"entity": E, "bank_account": B, "currency": "EUR", "line": "bl:7", **facts})

    assert told(balanced(lines)) == expected
