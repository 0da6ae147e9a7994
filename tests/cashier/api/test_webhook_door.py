"""The door for PSPs, as a PSP sees it (W1 to W3; INTERFACES.md section 3)."""

import io
import json
import os
from typing import Any

import pytest
from django.test import Client, RequestFactory

from cashier.api.webhooks import receive_psp_webhook
from cashier.models import PspEvent, WebhookRefusal
from cashier.webhooks.signatures import sign
from ledger.clock import real_now
from tests.cashier.world import World

BODY = json.dumps(
    {
        "event_id": "evt_1",
        "event": "payment.captured",
        "psp_ref": "psp_aa1",
        "intent_id": "pi_x",
        "capture_id": "cap_001",
        "amount": {"minor_units": 5000, "currency": "EUR"},
        "occurred_at": "2025-10-23T12:05:01Z",
        "idempotency_key": "cap_001",
    }
).encode()


def knock(body: bytes = BODY, *, secret: str = "first-secret", without: str = "", method: str = "post", **changed: str) -> Any:
    at = int(real_now().timestamp())
    nonce = changed.pop("nonce", f"nonce-{os.urandom(8).hex()}")
    headers = {
        "X-Merchant-Account": "SANDBOX_EU",
        "X-Timestamp": str(at),
        "X-Nonce": nonce,
        "X-Signature": sign(secret, timestamp=at, nonce=nonce, body=body),
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    headers = {name: value for name, value in headers.items() if name != without}
    return getattr(Client(), method)("/webhooks/psp", data=body, content_type="application/json", headers=headers)


@pytest.mark.spec("W1", "W3")
def test_accepted_then_duplicate(world: World) -> None:
    first, second = knock(), knock()

    assert (first.status_code, first.json()) == (200, {"status": "accepted"})
    assert (second.status_code, second.json()) == (200, {"status": "duplicate"})
    assert PspEvent.objects.count() == 1


@pytest.mark.spec("W3")
def test_one_body_for_signature_time_nonce_and_account(world: World) -> None:
    knock(nonce="n" * 20)
    refused = [
        knock(secret="wrong"),
        knock(X_Timestamp=str(int(real_now().timestamp()) - 1000)),
        knock(BODY + b" ", nonce="n" * 20),
        knock(X_Merchant_Account="NOBODY"),
    ]

    assert {answer.status_code for answer in refused} == {401}
    bodies = [{**answer.json(), "trace_id": ""} for answer in refused]
    assert all(body == bodies[0] for body in bodies)
    assert PspEvent.objects.count() == 1
    assert sum(WebhookRefusal.objects.values_list("count", flat=True)) == 4


@pytest.mark.spec("W3")
@pytest.mark.parametrize("name", ["X-Merchant-Account", "X-Timestamp", "X-Nonce", "X-Signature"])
def test_a_missing_header_is_400(world: World, name: str) -> None:
    assert knock(without=name).status_code == 400
    assert PspEvent.objects.count() == 0


@pytest.mark.spec("W3")
@pytest.mark.parametrize("changed", [{"X_Timestamp": "now"}, {"X_Nonce": "short"}, {"X_Signature": "md5=1"}])
def test_a_malformed_header_is_400(world: World, changed: dict[str, str]) -> None:
    assert knock(**changed).status_code == 400


@pytest.mark.spec("W3")
def test_above_a_mebibyte_is_413_and_nothing_is_stored(world: World) -> None:
    answer = knock(b" " * (1024 * 1024 + 1))

    assert answer.status_code == 413
    assert PspEvent.objects.count() == 0
    assert WebhookRefusal.objects.get().reason == "too_large"


def test_only_posts(world: World) -> None:
    assert Client().get("/webhooks/psp").status_code == 405


@pytest.mark.spec("A5")
def test_refusals_have_the_envelope(world: World) -> None:
    body = knock(secret="wrong").json()

    assert set(body) == {"error", "message", "trace_id", "details"}
    assert body["trace_id"]


def request_in_chunks(body: Any) -> Any:
    """A POST as a server gives it to Django where its body came in chunks: no length, and a stream that ends by itself."""
    at, nonce = int(real_now().timestamp()), f"nonce-{os.urandom(8).hex()}"
    signature = sign("first-secret", timestamp=at, nonce=nonce, body=BODY)
    headers = {"HTTP_X_MERCHANT_ACCOUNT": "SANDBOX_EU", "HTTP_X_TIMESTAMP": str(at), "HTTP_X_NONCE": nonce, "HTTP_X_SIGNATURE": signature}
    request = RequestFactory().generic("POST", "/webhooks/psp", **headers, HTTP_TRANSFER_ENCODING="chunked")
    request.META["wsgi.input"] = body
    return request


@pytest.mark.spec("W1", "W3")
def test_a_body_in_chunks_is_read_up_to_the_limit(world: World) -> None:
    assert receive_psp_webhook(request_in_chunks(io.BytesIO(BODY))).status_code == 200
    assert receive_psp_webhook(request_in_chunks(io.BytesIO(b"x" * 2_000_000))).status_code == 413
    assert PspEvent.objects.count() == 1


@pytest.mark.spec("W3")
def test_a_body_that_breaks_off_is_refused_as_any_other_that_nobody_signed(world: World) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise TimeoutError("nothing came")

    assert receive_psp_webhook(request_in_chunks(Broken())).status_code == 401
    assert not PspEvent.objects.exists()
