"""Webhooks: signed, in order, misbehaving on request, retried until taken."""

import re
from collections.abc import Callable

import pytest

from tests.sandbox.running import Receiver, RunningSandbox, eventually, fresh

pytestmark = pytest.mark.spec("Z1", "W2")


def test_every_delivery_is_signed_with_a_nonce_of_its_own(sandbox: RunningSandbox, receiver: Receiver) -> None:
    sandbox.pay("approve.dup")
    sandbox.settle_down()
    assert receiver.bad == []
    assert len(set(receiver.nonces)) == len(receiver.nonces)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{16,64}", nonce) for nonce in receiver.nonces)


def test_duplicates_are_the_same_event_again(sandbox: RunningSandbox, receiver: Receiver) -> None:
    reference = fresh("pi_")
    sandbox.pay("approve.dup", reference=reference)
    events = eventually(lambda: len(receiver.of(reference)) == 3 and receiver.of(reference))
    assert events[0] == events[1] == events[2]


def test_a_retimed_event_has_a_new_id_and_the_same_object(sandbox: RunningSandbox, receiver: Receiver) -> None:
    reference = fresh("pi_")
    sandbox.pay("approve.retimed", reference=reference)
    first, second = eventually(lambda: len(receiver.of(reference)) == 2 and receiver.of(reference))
    assert first["event_id"] != second["event_id"]
    assert (first["event"], first["capture_id"]) == (second["event"], second["capture_id"])


def test_out_of_order_sends_the_capture_before_the_authorisation(sandbox: RunningSandbox, receiver: Receiver) -> None:
    reference = fresh("pi_")
    sandbox.pay("approve.reorder", reference=reference)
    assert eventually(lambda: len(receiver.of(reference)) == 2 and receiver.names(reference)) == ["payment.captured", "payment.authorized"]


def test_lost_events_are_never_sent(sandbox: RunningSandbox, receiver: Receiver) -> None:
    lost, reference = sandbox.control("GET", "outbox")["lost"], fresh("pi_")
    sandbox.pay("approve.lost", reference=reference)
    sandbox.settle_down()
    assert receiver.of(reference) == []
    assert sandbox.control("GET", "outbox")["lost"] == lost + 1


def test_late_events_wait(sandbox: RunningSandbox, receiver: Receiver) -> None:
    reference = fresh("pi_")
    sandbox.pay("approve.late", reference=reference)
    assert sandbox.control("GET", "outbox")["pending"] >= 1
    assert eventually(lambda: receiver.names(reference)) == ["payment.captured"]


def test_what_is_refused_is_sent_again_until_it_is_taken(own_sandbox: Callable[..., RunningSandbox], own_receiver: Receiver) -> None:
    sandbox, own_receiver.status = own_sandbox(webhook_url=own_receiver.url), 503
    payment = sandbox.pay("approve")
    assert eventually(lambda: len(own_receiver.nonces) >= 2)
    assert sandbox.control("GET", "outbox")["refused"] == {"503": 1}
    own_receiver.status = 200
    assert eventually(lambda: own_receiver.names(payment["merchant_reference"])) == ["payment.captured"]
    assert eventually(lambda: sandbox.control("GET", "outbox")["delivered"] == 1)  # said by the receiver first, noted by the sandbox then
