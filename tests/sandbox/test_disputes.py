"""Chargebacks: opened and debited, answered, accepted, won, lost, opened again."""

import pytest

from tests.sandbox.running import Receiver, RunningSandbox, eventually, fresh

pytestmark = pytest.mark.spec("Z1")
FILES = {"files": [{"name": "pack.pdf", "content_type": "application/pdf", "sha256": "0" * 64, "size": 1}], "note": "played it all"}


def _dispute(sandbox: RunningSandbox, receiver: Receiver, token: str) -> tuple[str, str]:
    """A disputed payment: (our reference, the dispute's id)."""
    reference = fresh("pi_")
    sandbox.pay(token, reference=reference)
    names = ["payment.captured", "dispute.opened", "dispute.debited"]
    assert eventually(lambda: len(receiver.of(reference)) == 3 and receiver.names(reference)) == names
    return reference, receiver.of(reference)[1]["dispute_id"]


def test_evidence_wins(sandbox: RunningSandbox, receiver: Receiver) -> None:
    reference, dispute_id = _dispute(sandbox, receiver, "approve.chargeback")
    opened = receiver.of(reference)[1]
    assert (opened["movement"], opened["reason_code"], opened["amount"]["minor_units"]) == ("1", "10.4", 5000)
    assert opened["respond_by"] > opened["occurred_at"]
    assert sandbox.post(f"/v1/disputes/{dispute_id}/evidence", FILES).json()["state"] == "UNDER_REVIEW"
    assert eventually(lambda: receiver.names(reference)[3:] == ["dispute.credited", "dispute.won"])
    assert sandbox.post(f"/v1/disputes/{dispute_id}/evidence", FILES).status_code == 422


def test_evidence_loses(sandbox: RunningSandbox, receiver: Receiver) -> None:
    reference, dispute_id = _dispute(sandbox, receiver, "approve.chargeback.dispute_lost")
    sandbox.post(f"/v1/disputes/{dispute_id}/evidence", FILES)
    assert eventually(lambda: receiver.names(reference)[3:] == ["dispute.lost"])


def test_accepting_ends_it(sandbox: RunningSandbox, receiver: Receiver) -> None:
    reference, dispute_id = _dispute(sandbox, receiver, "approve.chargeback")
    assert sandbox.post(f"/v1/disputes/{dispute_id}/accept", {}).json()["state"] == "ACCEPTED"
    assert eventually(lambda: receiver.names(reference)[3:] == ["dispute.accepted"])
    assert sandbox.post(f"/v1/disputes/{dispute_id}/accept", {}).status_code == 422


def test_by_hand_partial_credited_and_debited_again(sandbox: RunningSandbox, receiver: Receiver) -> None:
    payment = sandbox.pay("approve")
    reference = payment["merchant_reference"]
    partial = {"merchant_reference": reference, "amount": {"minor_units": 2000, "currency": "EUR"}, "reason_code": "13.1"}
    dispute = sandbox.control("POST", "disputes", partial)
    assert (dispute["amount"]["minor_units"], dispute["reason_code"]) == (2000, "13.1")
    assert sandbox.refund(payment, 3001).status_code == 422
    for move, state in (("credit", "CREDITED"), ("debit_again", "NEEDS_RESPONSE"), ("win", "WON")):
        assert sandbox.control("POST", f"disputes/{dispute['dispute_id']}/{move}")["state"] == state
    sandbox.settle_down()
    told = [(event["event"], event["movement"]) for event in receiver.of(reference) if event["event"].startswith("dispute.")]
    assert told == [
        ("dispute.opened", "1"),
        ("dispute.debited", "1"),
        ("dispute.credited", "1"),
        ("dispute.debited", "2"),
        ("dispute.credited", "2"),
        ("dispute.won", "2"),
    ]
