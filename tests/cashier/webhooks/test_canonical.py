"""The canonical body (W1, W3): pure."""

import json
from typing import Any

import pytest

from cashier.webhooks.canonical import EVENTS, UnreadableBody, read_event

WHOLE: dict[str, Any] = {
    "event_id": "evt_1",
    "event": "payment.captured",
    "psp_ref": "psp_aa1",
    "intent_id": "pi_01",
    "capture_id": "cap_001",
    "amount": {"minor_units": 5000, "currency": "EUR"},
    "occurred_at": "2025-10-23T12:05:01Z",
    "idempotency_key": "cap_001",
}


def read(**changes: Any) -> Any:
    return read_event(json.dumps({**WHOLE, **changes}).encode())


@pytest.mark.spec("W1")
def test_the_example_of_the_interface() -> None:
    event = read()

    assert (event.event, event.psp_ref, event.intent_ref, event.capture_ref) == ("payment.captured", "psp_aa1", "pi_01", "cap_001")
    assert (event.amount_minor, event.currency) == (5000, "EUR")
    assert event.occurred_at.isoformat() == "2025-10-23T12:05:01+00:00"
    assert event.identity_key == "id:evt_1"
    assert event.object_key == "payment.captured:cap_001"


@pytest.mark.spec("W1")
def test_without_event_id_the_identity_is_event_reference_and_key() -> None:
    first, again = read(event_id=None), read(event_id=None)

    assert first.identity_key == again.identity_key
    assert first.identity_key != read(event_id=None, idempotency_key="cap_002").identity_key
    assert first.identity_key != read(event_id=None, event="payment.failed").identity_key


@pytest.mark.spec("W3")
def test_the_object_by_kind() -> None:
    assert read(event="refund.processed", refund_id="r1").object_key == "refund.processed:r1"
    assert read(event="payout.settled", payout_id="p1").object_key == "payout.settled:p1"
    assert read(event="dispute.debited", dispute_id="d1", movement="2").object_key == "dispute.debited:d1:2"
    assert read(event="payment.captured", capture_id=None).object_key == ""


@pytest.mark.spec("W3")
def test_two_equal_partial_refunds_are_two() -> None:
    assert read(event="refund.processed", refund_id="r1").object_key != read(event="refund.processed", refund_id="r2").object_key


@pytest.mark.parametrize(
    "changes",
    [
        {"event": "payment.exploded"},
        {"event": None},
        {"amount": {"minor_units": 50.5, "currency": "EUR"}},
        {"amount": {"minor_units": True, "currency": "EUR"}},
        {"amount": {"minor_units": -1, "currency": "EUR"}},
        {"amount": "50.00"},
        {"occurred_at": "yesterday"},
        {"occurred_at": None},
        {"psp_ref": "x" * 129},
        {"psp_ref": {"a": 1}},
        {"intent_id": "pi\u0000"},
        {"event_id": "evt_\ud800"},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"occurred_at": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_what_can_not_be_read(changes: dict[str, Any]) -> None:
    with pytest.raises(UnreadableBody):
        read(**changes)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[1]", b"null", b"[" * 100_000])
def test_what_is_no_object(body: bytes) -> None:
    with pytest.raises(UnreadableBody):
        read_event(body)


def test_the_events_are_those_of_the_interface() -> None:
    assert len(EVENTS) == 8 + 4 + 3 + 11
