"""When a row of the rail catalogue is finished, and what it may say (C23)."""

from typing import Any

import pytest

from cashier.data.rails import LIVE, UNFINISHED
from cashier.decisions import step_for
from cashier.models import DepositState
from cashier.psp.base import Outcome
from cashier.rails import OUTCOMES, problems_of, read_rail, shape_problems
from cashier.rails_wording import differences
from ledger.shadowing import SIGN_OFF
from reconciliation.data.reason_codes import reason_code_rows
from reconciliation.matching.rules import RULES

pytestmark = pytest.mark.spec("C23")
ROWS = {**LIVE, **UNFINISHED}


def changed(**said: Any) -> dict[str, Any]:
    """The card's row, but for this; None takes a field out."""
    return {name: value for name, value in {**LIVE["card"], **said}.items() if value is not None}


@pytest.mark.parametrize("method", LIVE)
def test_rows_that_the_product_offers_are_finished(method: str) -> None:
    assert problems_of(LIVE[method]) == []
    assert read_rail(method, LIVE[method]).method == method


@pytest.mark.parametrize(
    ("method", "not_built"),
    [
        ("ach", []),
        ("onramp", []),
        ("rtp", ["the transfer's end-to-end id on our statement", "each by itself"]),
        ("onchain", ["after confirmations on the chain", "the chain's transaction hash", "not at a bank: on the chain"]),
    ],
)
def test_the_others_say_what_they_lack(method: str, not_built: list[str]) -> None:
    *first, last = problems_of(UNFINISHED[method])

    assert [problem.split("“")[1].split("”")[0] for problem in first] == not_built
    assert last == f"Not signed off, with what proves it: {', '.join(SIGN_OFF.values())}."


def test_the_catalogue_names_what_is_there() -> None:
    assert set(ROWS) == {"card", "wallet_card", "paybybank", "directdebit", "localmethod", "ach", "rtp", "onramp", "onchain"}
    codes = {row["code"] for row in reason_code_rows()}
    assert {code for row in ROWS.values() for code in row["usual_exceptions"]} <= codes
    assert {"sale.object@1", "sale.reference@1"} <= {rule.name for rule in RULES}  # what psp_object and our_reference stand for


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"finality": None}, "Not said yet: When it is final."),
        ({"window_days": None, "name": None}, "Not said yet: Name, On a settlement report within, bank days."),
        ({"status_map": {}}, "Not said yet: What each answer leads to."),
        ({"usual_exceptions": []}, "Not said yet: Usual exceptions."),
        ({"bank_method": "single"}, "How its money reaches our bank: “each by itself” can't be posted or matched here yet."),
        ({"has_authorization": False, "manual_capture": False}, "APPROVED belongs to a rail that authorises before it captures"),
        (
            {"manual_capture": True, "has_authorization": False, "status_map": LIVE["paybybank"]["status_map"]},
            "Only what was authorised is",
        ),
        (
            {"status_map": {"APPROVED": "CAPTURED", "CAPTURED": "CAPTURED", "DECLINED": "FAILED"}},
            "APPROVED leads to AUTHORIZED here, not to",
        ),
        ({"status_map": {"APPROVED": "AUTHORIZED", "CAPTURED": "CAPTURED"}}, "Every rail answers CAPTURED and DECLINED"),
        ({"sign_off": {**LIVE["card"]["sign_off"], "risk": "looked"}}, "Not signed off, with what proves it: Risk."),
    ],
)
def test_what_is_unfinished_is_named(said: dict[str, Any], words: str) -> None:
    (problem,) = problems_of(changed(**said))
    assert problem.startswith(words)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": " "}, "Name: a name of at most 40 letters."),
        ({"name": "x\0"}, "Name: a name of at most 40 letters."),
        ({"window_days": 11}, "On a settlement report within, bank days: a whole number from 0 to 10."),
        ({"expiry_minutes": True}, "Ends unfinished after, minutes: a whole number from 1 to 10,080."),
        ({"expiry_minutes": "30"}, "Ends unfinished after, minutes: a whole number from 1 to 10,080."),
        ({"refundable": "yes"}, "Can be refunded: yes or no."),
        ({"finality": "soon"}, "When it is final: one of capture, acceptance, return_window, confirmations."),
        ({"finality": ["capture"]}, "When it is final: one of capture, acceptance, return_window, confirmations."),
        ({"status_map": {"PAID": "CAPTURED"}}, "What each answer leads to: outcomes of an authorisation, each with a state."),
        ({"usual_exceptions": ["FEE_DIFFERS", "FEE_DIFFERS"]}, "Usual exceptions: reason codes, each once."),
        ({"sign_off": {"luck": "we had some of it"}}, "Signed off: for each item what proves it, in at most 500 letters."),
        ({"colour": "red"}, "“colour” is no field of a rail."),
    ],
)
def test_what_is_no_value_is_not_saved_at_all(said: dict[str, Any], words: str) -> None:
    assert shape_problems(changed(**said)) == [words]


def test_no_body_is_no_row() -> None:
    assert shape_problems([]) == ["A row is an object."]


@pytest.mark.parametrize("method", LIVE)
def test_a_row_says_what_the_cashier_does(method: str) -> None:
    """Each answer brings an intent that has just begun where the row says: the step of each is of another function."""
    reached = {
        "authorize": "AUTHORIZED", "pend": "PENDING", "capture": "CAPTURED", "require_action": "ACTION_REQUIRED", "fail": "FAILED"
    }  # fmt: skip
    for outcome, state in LIVE[method]["status_map"].items():
        assert reached[step_for(DepositState.INITIATED, Outcome(outcome))] == state
    assert set(LIVE[method]["status_map"]) <= set(OUTCOMES)


def test_what_changes_is_told_part_by_part() -> None:
    before = LIVE["card"]
    after = changed(
        window_days=None, refundable=False, finality="return_window", usual_exceptions=["FEE_DIFFERS"],
        status_map={**before["status_map"], "REFUSED": "EXPIRED"}, sign_off={**before["sign_off"], "risk": "Looked at again in March"},
    )  # fmt: skip
    assert differences(before, before) == []
    assert differences(before, after) == [
        "When it is final: With the PSP's capture becomes With the PSP's capture; may be returned afterwards.",
        "Can be refunded: yes becomes no.",
        "On a settlement report within, bank days: 2 becomes —.",
        "What each answer leads to, refused: FAILED becomes EXPIRED.",
        "Usual exceptions: CAPTURE_NOT_SETTLED, FEE_DIFFERS, DUPLICATE_PSP_CAPTURE, CHARGEBACK_NOT_BOOKED becomes FEE_DIFFERS.",
        f"Signed off, risk: {before['sign_off']['risk']} becomes Looked at again in March.",
    ]
