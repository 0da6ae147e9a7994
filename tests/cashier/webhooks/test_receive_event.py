"""Let in once, or refused with nothing stored (W2, W3, C14)."""

import hashlib
import json
from typing import Any

import pytest

from cashier import operations
from cashier.models import PspEvent, PspEventWork, WebhookRefusal
from cashier.operations import Received, WebhookRefused
from cashier.webhooks.signatures import read_headers, sign
from ledger.clock import real_now
from tests.cashier.world import World


def body_of(**changes: Any) -> bytes:
    body = {
        "event_id": "evt_1",
        "event": "payment.captured",
        "psp_ref": "psp_1",
        "intent_id": "pi_1",
        "capture_id": "c_1",
        "amount": {"minor_units": 5000, "currency": "EUR"},
        "occurred_at": "2026-03-10T09:00:00Z",
    }
    return json.dumps({**body, **changes}).encode()


@pytest.mark.spec("W1", "W3")
def test_a_signed_event_is_stored_with_its_work(world: World) -> None:
    assert world.receive(body_of()) is Received.ACCEPTED

    event = PspEvent.objects.get()
    assert (event.event, event.psp_ref, event.amount_minor, event.merchant_account) == ("payment.captured", "psp_1", 5000, world.account)
    assert event.work.state == "RECEIVED"


@pytest.mark.spec("W3")
@pytest.mark.parametrize(
    "again", [{}, {"event_id": "evt_2"}, {"capture_id": "c_2"}], ids=["same", "other event id, same object", "same event id, other object"]
)
def test_a_valid_duplicate_is_answered_and_not_stored(world: World, again: dict[str, str]) -> None:
    world.receive(body_of())

    assert world.receive(body_of(**again)) is Received.DUPLICATE

    assert PspEvent.objects.count() == PspEventWork.objects.count() == 1


@pytest.mark.spec("W3")
def test_the_same_event_at_another_account_is_another(world: World) -> None:
    world.receive(body_of())

    assert world.receive(body_of(), account="SANDBOX_EU2") is Received.ACCEPTED


@pytest.mark.spec("W2")
def test_a_nonce_with_the_same_body_is_a_duplicate_with_another_refused(world: World) -> None:
    world.receive(body_of(), nonce="n" * 20)

    assert world.receive(body_of(), nonce="n" * 20) is Received.DUPLICATE
    with pytest.raises(WebhookRefused) as refusal:
        world.receive(body_of(event_id="evt_2", capture_id="c_2"), nonce="n" * 20)

    assert refusal.value.reason == "nonce"
    assert PspEvent.objects.count() == 1


@pytest.mark.spec("W2", "W3")
@pytest.mark.parametrize("seconds", [-301, 302])
def test_a_stale_time_is_refused(world: World, seconds: int) -> None:
    with pytest.raises(WebhookRefused) as refusal:
        world.receive(body_of(), timestamp=int(real_now().timestamp()) + seconds)

    assert refusal.value.reason == "time"
    assert PspEvent.objects.count() == 0


@pytest.mark.spec("W3")
@pytest.mark.parametrize(("account", "reason"), [("SANDBOX_EU2", "signature"), ("NOBODY", "unknown_account")])
def test_another_accounts_secret_or_an_unknown_account_is_refused(world: World, account: str, reason: str) -> None:
    at, nonce = int(real_now().timestamp()), "n" * 20
    signature = sign("first-secret", timestamp=at, nonce=nonce, body=body_of())
    headers = read_headers(account=account, timestamp=str(at), nonce=nonce, signature=signature)

    with pytest.raises(WebhookRefused) as refusal:
        operations.receive_event(headers=headers, body=body_of(), now=world.now)

    assert refusal.value.reason == reason
    assert PspEvent.objects.count() == 0


@pytest.mark.spec("W3")
def test_refusals_are_counted_without_the_body(world: World) -> None:
    for code in ("SANDBOX_EU", "SANDBOX_EU", "x" * 64):
        operations.count_refusal(account_code=code, reason="signature", now=world.now)

    counted = set(WebhookRefusal.objects.values_list("account_code", "count"))
    assert counted == {("SANDBOX_EU", 2), ("", 1)}


@pytest.mark.spec("W3")
@pytest.mark.parametrize("body", [b"not json", b'{"event":"payment.exploded"}', b"\xff\x00"])
def test_a_signed_body_that_can_not_be_read_is_a_dead_letter(world: World, body: bytes) -> None:
    assert world.receive(body) is Received.ACCEPTED
    assert world.receive(body) is Received.DUPLICATE

    event = PspEvent.objects.get()
    assert (event.event, event.work.state) == ("unreadable", "DEAD")
    assert event.work.error


@pytest.mark.spec("C14")
def test_a_card_number_is_masked_before_storing(world: World) -> None:
    world.receive(body_of(note="card 4111 1111 1111 1111"))

    event = PspEvent.objects.get()
    assert "4111 1111 1111 1111" not in event.raw_body
    assert "411111******1111" in event.raw_body


@pytest.mark.spec("C14", "W3")
def test_card_data_in_a_field_is_masked_the_psp_s_own_ids_are_not(world: World) -> None:
    """The security code goes, the 16 digits by which the PSP names the payment stay; the body stays JSON."""
    card = {"cvc": "737", "number": 4111111111111111, "expiry": "4111111111111111 12/27"}
    world.receive(body_of(psp_ref="4111111111111111", card=card))

    kept = json.loads(PspEvent.objects.get().raw_body)
    assert kept["card"] == {"cvc": "***", "number": "411111******1111", "expiry": "411111******1111 12/27"}
    assert kept["psp_ref"] == "4111111111111111"


@pytest.mark.spec("C14")
def test_a_code_that_is_stated_twice_is_not_kept_either(world: World) -> None:
    world.receive(body_of()[:-1] + b', "cvv": "737", "cvv": ""}')

    assert "737" not in PspEvent.objects.get().raw_body


@pytest.mark.spec("W3", "L20")
def test_a_body_without_card_data_is_kept_as_it_came(world: World) -> None:
    body = b" " + body_of()
    world.receive(body)

    event = PspEvent.objects.get()
    assert hashlib.sha256(event.raw_body.encode()).hexdigest() == event.body_sha256


@pytest.mark.spec("C14")
def test_a_dead_letter_s_error_repeats_no_card_number(world: World) -> None:
    world.receive(body_of(event="paid 4111111111111111"))

    event = PspEvent.objects.get()
    assert "411111******1111" in event.work.error
    assert "4111111111111111" not in event.work.error + event.raw_body


@pytest.mark.spec("S4")
def test_a_rotated_secret_needs_no_restart(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_EU_WEBHOOK_SECRET", "new-secret\nfirst-secret")

    assert world.receive(body_of()) is Received.ACCEPTED
