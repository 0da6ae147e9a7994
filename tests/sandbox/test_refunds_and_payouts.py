"""Refunds and payouts, their ends and their limits."""

import httpx
import pytest

from tests.sandbox.running import Receiver, RunningSandbox, eventually, fresh

pytestmark = pytest.mark.spec("Z1")


def test_partial_refunds_up_to_the_capture(sandbox: RunningSandbox, receiver: Receiver) -> None:
    payment, reference = sandbox.pay("approve"), fresh("rf_")
    assert sandbox.refund(payment, 3000, reference=reference).json()["state"] == "SUBMITTED"
    assert sandbox.refund(payment, 2000).status_code == 201
    assert sandbox.refund(payment, 1).json()["error"] == "AMOUNT_TOO_HIGH"
    assert eventually(lambda: sandbox.state_of(reference) == "SUCCEEDED")
    event = eventually(lambda: receiver.of(reference))[0]
    assert (event["event"], event["intent_id"], event["amount"]["minor_units"]) == ("refund.processed", payment["merchant_reference"], 3000)


def test_equal_partial_refunds_are_two(sandbox: RunningSandbox) -> None:
    payment = sandbox.pay("approve")
    first, second = sandbox.refund(payment, 1000).json(), sandbox.refund(payment, 1000).json()
    assert first["refund_id"] != second["refund_id"]


@pytest.mark.parametrize(
    ("modifier", "state", "events"),
    [("refund_fail", "FAILED", ["refund.failed"]), ("refund_reverse", "REVERSED", ["refund.processed", "refund.reversed"])],
)
def test_refunds_that_go_wrong(sandbox: RunningSandbox, receiver: Receiver, modifier: str, state: str, events: list[str]) -> None:
    reference = fresh("rf_")
    payment = sandbox.pay(f"approve.{modifier}")
    sandbox.refund(payment, 1000, reference=reference)
    assert eventually(lambda: sandbox.state_of(reference) == state)
    assert eventually(lambda: len(receiver.of(reference)) == len(events) and receiver.names(reference)) == events
    assert sandbox.refund(payment, 5000).status_code == 201  # what failed or came back may be refunded again


@pytest.mark.parametrize(
    ("token", "state", "events"),
    [
        ("approve", "SUCCEEDED", ["payout.settled"]),
        ("payout_fail", "FAILED", ["payout.failed"]),
        ("approve.payout_return", "RETURNED", ["payout.settled", "payout.returned"]),
    ],
)
def test_payouts_end_by_event(sandbox: RunningSandbox, receiver: Receiver, token: str, state: str, events: list[str]) -> None:
    reference = fresh("po_")
    payout = sandbox.pay_out(token, reference=reference).json()
    assert payout["state"] == "SUBMITTED"
    assert eventually(lambda: sandbox.state_of(reference) == state)
    assert eventually(lambda: len(receiver.of(reference)) == len(events) and receiver.names(reference)) == events
    assert receiver.of(reference)[0]["payout_id"] == payout["payout_id"]
    assert receiver.of(reference)[0]["intent_id"] is None


def test_payouts_held_refused_and_lost(sandbox: RunningSandbox) -> None:
    held = fresh("po_")
    assert sandbox.pay_out("payout_pending", reference=held).json()["state"] == "PENDING"
    assert sandbox.pay_out("payout_refuse").json()["error"] == "PAYOUT_REFUSED"
    assert sandbox.pay_out("nonsense").json()["error"] == "DESTINATION_INVALID"
    sandbox.settle_down()
    assert sandbox.state_of(held) == "PENDING"


@pytest.mark.parametrize(("token", "known"), [("payout_timeout_before", False), ("payout_timeout_after", True)])
def test_a_payout_without_answer_is_paid_once_at_most(sandbox: RunningSandbox, token: str, known: bool) -> None:
    reference, key = fresh("po_"), fresh("key")
    with pytest.raises(httpx.TimeoutException):
        sandbox.pay_out(token, reference=reference, key=key, timeout=0.5)
    assert eventually(lambda: (sandbox.state_of(reference) != "") == known)
    assert sandbox.pay_out(token, reference=reference, key=key).status_code == 201
    assert eventually(lambda: sandbox.state_of(reference) == "SUCCEEDED")
    books = sandbox.control("GET", f"books?merchant_reference={reference}")
    assert (books["payouts"][0]["paid"], books["double_paid"]) == (1, [])
