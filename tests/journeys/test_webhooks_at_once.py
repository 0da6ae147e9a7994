"""The canonical webhook over HTTP, as a PSP in trouble sends it: ten times at once, forged, stale, oversize, without a header."""

import json
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest

from cashier.webhooks.signatures import sign
from ledger.clock import real_now
from tests.infra.processes import eventually
from tests.journeys.living import LivingStack

pytestmark = pytest.mark.whole

ACCOUNT, AMOUNT_MINOR = "SANDBOX_EU", 4200
PATH = "/webhooks/psp"


def signed(stack: LivingStack, body: bytes, *, secret: str = "", age_seconds: int = 0, nonce: str = "") -> dict[str, str]:
    """Headers of a delivery, signed with the account's secret unless another is given."""
    at, nonce = int(real_now().timestamp()) - age_seconds, nonce or f"journey-{os.urandom(8).hex()}"
    secret = secret or stack.demo["webhook_secrets"][ACCOUNT]
    signature = sign(secret, timestamp=at, nonce=nonce, body=body)
    return {"X-Merchant-Account": ACCOUNT, "X-Timestamp": str(at), "X-Nonce": nonce, "X-Signature": signature}


def deliver_at_once(stack: LivingStack, deliveries: list[tuple[bytes, dict[str, str]]]) -> list[httpx.Response]:
    """All deliveries at the same moment, each on a connection of its own."""
    barrier = Barrier(len(deliveries))

    def send(delivery: tuple[bytes, dict[str, str]]) -> httpx.Response:
        with httpx.Client(base_url=stack.web, timeout=30, trust_env=False) as http:
            http.get("/health")
            barrier.wait(30)
            return http.post(PATH, content=delivery[0], headers=delivery[1])

    with ThreadPoolExecutor(len(deliveries)) as pool:
        return list(pool.map(send, deliveries))


def untold_capture(stack: LivingStack) -> dict[str, Any]:
    """A challenge completed at the PSP, which tells nobody; the body of the event that should have come."""
    reference = os.urandom(6).hex()
    player = {"external_id": f"once-{reference}", "brand_id": "lucky", "country": "MT", "kyc_level": 2, "currency": "EUR"}
    player_id = stack.platform.post("/v1/players", player, key=f"player-{reference}").body["player_id"]
    intent = {
        "player_id": player_id,
        "amount": {"amount": "42.00", "currency": "EUR"},
        "method": "card",
        "metadata": {"brand_id": "lucky", "region": "EU"},
    }
    intent_id = stack.platform.post("/v1/cashier/intents", intent, key=f"intent-{reference}").body["intent_id"]
    order = {"payment_token": f"tok_challenge.lost~{reference}", "capture": "auto", "return_url": "https://casino.example/return"}
    stack.platform.post(f"/v1/cashier/intents/{intent_id}/authorize", order, key=f"authorize-{reference}")

    def intent_now() -> dict[str, Any]:
        return stack.platform.get(f"/v1/cashier/intents/{intent_id}").body

    # Not at once where a journey before this one killed the worker, or the machine is busy.
    assert eventually(lambda: intent_now()["status"] == "ACTION_REQUIRED"), intent_now()
    url = str(intent_now()["action"]["url"])
    stack.sandbox.answer_challenge(url, "approve")
    return {
        "event_id": f"evt_{reference}",
        "event": "payment.captured",
        "psp_ref": url.rpartition("/")[2],
        "intent_id": intent_id,
        "capture_id": _capture_at_psp(stack, intent_id),
        "amount": {"minor_units": AMOUNT_MINOR, "currency": "EUR"},
        "occurred_at": real_now().isoformat(),
        "idempotency_key": reference,
    }


@pytest.mark.spec("W1", "W3", "C3", "L3")
def test_the_same_webhook_ten_times_at_once_is_one_effect(stack: LivingStack) -> None:
    from cashier.models import Capture, DepositIntent, PspEvent
    from ledger.models import JournalTransaction

    # Given an event of which the PSP is not sure whether we have it: five times one delivery, five times a new one
    event = untold_capture(stack)
    body = json.dumps(event).encode()
    one = signed(stack, body)
    deliveries = [(body, one)] * 5 + [(body, signed(stack, body)) for _ in range(5)]

    # When all come at once
    answers = deliver_at_once(stack, deliveries)

    # Then all are welcome, one is new
    assert [answer.status_code for answer in answers] == [200] * 10
    assert Counter(answer.json()["status"] for answer in answers) == {"accepted": 1, "duplicate": 9}
    assert PspEvent.objects.filter(provider_event_id=event["event_id"]).count() == 1

    # and the player is credited once
    intent = DepositIntent.by_public(event["intent_id"])
    assert eventually(lambda: DepositIntent.objects.get(pk=intent.pk).state == "CAPTURED")
    assert deliver_at_once(stack, deliveries[-2:])[0].json() == {"status": "duplicate"}
    stack.settle_down()
    assert Capture.objects.get(intent=intent).amount_minor == AMOUNT_MINOR
    assert JournalTransaction.objects.filter(intent_ref=event["intent_id"]).count() == 1
    wallet = stack.platform.get(f"/v1/wallets/{intent.player.public_id}").body
    assert "42.00" in json.dumps(wallet)


@pytest.mark.spec("W2", "W3", "A5")
def test_what_is_not_the_psps_is_refused_and_leaves_nothing(stack: LivingStack) -> None:
    from cashier.models import PspEvent

    body = json.dumps({"event_id": "evt_forged", "event": "payment.captured", "psp_ref": "psp_forged"}).encode()
    stored, right = PspEvent.objects.count(), signed(stack, body)
    stale, ahead = signed(stack, body, age_seconds=301), signed(stack, body, age_seconds=-330)
    with httpx.Client(base_url=stack.web, timeout=30, trust_env=False) as http:

        def knock(headers: dict[str, str], content: bytes = body) -> httpx.Response:
            return http.post(PATH, content=content, headers=headers)

        # forged, stale, from the future, of an unknown account: one status, one body
        forged = [signed(stack, body, secret="not the secret"), stale, ahead, {**right, "X-Merchant-Account": "NOBODY"}]
        answers = [knock(headers) for headers in forged] + [knock(right, body + b" ")]
        assert [answer.status_code for answer in answers] == [401] * 5
        assert len({json.dumps({**answer.json(), "trace_id": ""}) for answer in answers}) == 1

        # a header missing or not of its form
        assert [knock({k: v for k, v in right.items() if k != name}).status_code for name in right] == [400] * 4
        malformed = [{"X-Nonce": "short"}, {"X-Timestamp": "soon"}, {"X-Signature": "md5=00"}]
        assert [knock({**right, **changed}).status_code for changed in malformed] == [400] * 3

        # too large, signed or not
        large = b" " * (1024 * 1024 + 1)
        assert knock(signed(stack, large), large).status_code == 413

    assert PspEvent.objects.count() == stored


def _capture_at_psp(stack: LivingStack, intent_id: str) -> str:
    """The PSP's id of the capture, as its lookup tells it."""
    key = (stack.running.directory / "secrets" / f"{ACCOUNT}_API_KEY").read_text().strip()
    answer = httpx.get(
        stack.running.urls["sandbox"] + "/v1/lookup", params={"merchant_reference": intent_id}, headers={"Authorization": f"Bearer {key}"}
    )
    return str(answer.json()["payment"]["captures"][0]["capture_id"])
