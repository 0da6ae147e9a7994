"""Providers' own webhooks at the door: let in once, or refused with nothing stored but the count (W1 to W3, W8)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cashier.models import MerchantAccount, PspEvent, PspEventWork, WebhookRefusal
from cashier.webhooks.signatures import sign
from tests.cashier.webhooks import signing
from tests.cashier.world import World, make_account

Headers = dict[str, str]


def post(path: str, body: bytes, headers: Headers) -> Any:
    return Client().post(path, data=body, content_type="application/json", headers=headers)


@pytest.fixture
def accounts(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """An account at each provider, with its secret."""
    secrets = {"STRIPE_EU": "whsec_stripe", "ADYEN_EU": signing.ADYEN_KEY, "GENERIC_EU": signing.STANDARD_SECRET}
    for code, secret in secrets.items():
        account = make_account(code, world.entity, world.brand, base_url="http://127.0.0.1:9", rank=9)
        account.provider = code.partition("_")[0].lower()
        account.save()
        monkeypatch.setenv(f"{code}_WEBHOOK_SECRET", secret)
    return world


def stripe_delivery(number: int = 1, at: int | None = None) -> tuple[str, bytes, Headers]:
    body = signing.stripe_body("payment_intent.succeeded", {"id": f"pi_{number}"}, event_id=f"evt_{number}")
    return "/webhooks/psp/stripe/STRIPE_EU", body, signing.stripe_headers(body, "whsec_stripe", at=at)


def adyen_delivery(number: int = 1, at: int | None = None) -> tuple[str, bytes, Headers]:
    return "/webhooks/psp/adyen/ADYEN_EU", signing.adyen_body(signing.adyen_item(pspReference=f"PSP{number}")), {}


def generic_delivery(number: int = 1, at: int | None = None) -> tuple[str, bytes, Headers]:
    body = json.dumps({"event": "payment.failed", "psp_ref": f"p{number}", "occurred_at": "2026-03-10T09:00:00Z"}).encode()
    return "/webhooks/psp/generic/GENERIC_EU", body, signing.standard_headers(body, message=f"msg_{number}", at=at)


def sandbox_delivery(number: int = 1, at: int | None = None) -> tuple[str, bytes, Headers]:
    body = json.dumps({"event_id": f"e{number}", "event": "payment.failed", "occurred_at": "2026-03-10T09:00:00Z"}).encode()
    at, nonce = at or signing.seconds(), f"nonce-nonce-{number:04d}"
    signature = sign("first-secret", timestamp=at, nonce=nonce, body=body)
    return "/webhooks/psp/sandbox/SANDBOX_EU", body, {"X-Timestamp": str(at), "X-Nonce": nonce, "X-Signature": signature}


def hook_delivery(number: int = 1, at: int | None = None) -> tuple[str, bytes, Headers]:
    body = json.dumps({"payment_id": f"p{number}", "amount": "50.00", "status": "paid", "timestamp": at or signing.seconds()}).encode()
    return "/hooks/payments", body, signing.hook_headers(body)


Make = Callable[..., tuple[str, bytes, Headers]]
DELIVERIES: list[Make] = [stripe_delivery, adyen_delivery, generic_delivery, sandbox_delivery, hook_delivery]
TIMED: list[Make] = [stripe_delivery, generic_delivery, sandbox_delivery, hook_delivery]


def assert_refused(answer: Any, status: int, reason: str) -> None:
    """Refused with the envelope, and nothing is stored but the count."""
    assert (answer.status_code, set(answer.json())) == (status, {"error", "message", "trace_id", "details"})
    assert PspEvent.objects.count() == PspEventWork.objects.count() == 0
    assert WebhookRefusal.objects.get().reason == reason


@pytest.mark.spec("W1", "W3")
@pytest.mark.parametrize("make", DELIVERIES)
def test_let_in_then_a_duplicate(accounts: World, make: Make) -> None:
    first, second = post(*make()), post(*make())

    if make is adyen_delivery:
        assert [first.content, second.content] == [b"[accepted]"] * 2
    else:
        assert [first.json(), second.json()] == [{"status": "accepted"}, {"status": "duplicate"}]
    assert (first.status_code, second.status_code) == (200, 200)
    event = PspEvent.objects.get()
    assert event.is_foreign and event.work.state == "RECEIVED"
    counted = WebhookRefusal.objects.get()
    assert (counted.reason, counted.count, counted.account_code) == ("duplicate", 1, event.merchant_account.code)


@pytest.mark.spec("W3")
@pytest.mark.parametrize("make", DELIVERIES)
def test_forged(accounts: World, make: Make) -> None:
    path, body, headers = make()

    assert_refused(post(path, body.replace(b"p", b"q"), headers), 401, "signature")


@pytest.mark.spec("W3")
@pytest.mark.parametrize("make", DELIVERIES)
def test_truncated(accounts: World, make: Make) -> None:
    path, body, headers = make()

    assert_refused(post(path, body[:-3], headers), 401, "signature")


@pytest.mark.spec("W3")
@pytest.mark.parametrize("make", TIMED)
def test_stale(accounts: World, make: Make) -> None:
    assert_refused(post(*make(at=signing.seconds() - 302)), 401, "time")


@pytest.mark.spec("W3")
@pytest.mark.parametrize("make", DELIVERIES)
def test_oversized(accounts: World, make: Make) -> None:
    path, body, headers = make()

    assert_refused(post(path, body + b" " * 1024 * 1024, headers), 413, "too_large")


@pytest.mark.spec("W3")
@pytest.mark.parametrize("make", DELIVERIES)
@pytest.mark.parametrize("code", ["NOBODY", "SANDBOX_EU2", "INACTIVE"])
def test_an_unknown_account_another_provider_s_and_one_that_is_closed(accounts: World, make: Make, code: str) -> None:
    MerchantAccount.objects.filter(code="STRIPE_EU").update(is_active=False) if code == "INACTIVE" else None
    path, body, headers = make()
    own = path.rpartition("/")[2]
    named = "STRIPE_EU" if code == "INACTIVE" else code
    if make is hook_delivery:
        headers["X-Merchant-Account"] = named
    elif code == "INACTIVE" and make is not stripe_delivery:
        return
    else:
        path = path.replace(own, named)

    is_other = code == "SANDBOX_EU2" and make in (sandbox_delivery, hook_delivery)

    assert_refused(post(path, body, headers), 401, "signature" if is_other else "unknown_account")


@pytest.mark.spec("W3")
def test_an_unknown_provider(accounts: World) -> None:
    for path in ("/webhooks/psp/nobody/STRIPE_EU", "/webhooks/psp/hooks/SANDBOX_EU"):
        WebhookRefusal.objects.all().delete()
        assert_refused(post(path, b"{}", {}), 401, "unknown_account")


@pytest.mark.spec("W3")
@pytest.mark.parametrize("make", TIMED)
def test_missing_headers(accounts: World, make: Make) -> None:
    path, body, _ = make()

    assert_refused(post(path, body, {}), 400, "malformed")


@pytest.mark.spec("W2", "W3")
def test_a_message_id_with_another_body_is_refused(accounts: World) -> None:
    path, body, headers = generic_delivery()
    assert post(path, body, headers).json() == {"status": "accepted"}
    other = body.replace(b"p1", b"p2")

    answer = post(path, other, signing.standard_headers(other, message="msg_1"))

    assert answer.status_code == 401
    assert PspEvent.objects.count() == 1
    assert WebhookRefusal.objects.get().reason == "nonce"


@pytest.mark.spec("W2")
@pytest.mark.parametrize("make", [stripe_delivery, adyen_delivery, generic_delivery])
def test_secrets_rotate_with_overlap(accounts: World, monkeypatch: pytest.MonkeyPatch, make: Make) -> None:
    name = f"{make()[0].rpartition('/')[2]}_WEBHOOK_SECRET"
    newest = {"ADYEN_EU_WEBHOOK_SECRET": "AB" * 32, "GENERIC_EU_WEBHOOK_SECRET": "whsec_" + "A" * 40}.get(name, "whsec_new")
    monkeypatch.setenv(name, f"{newest}\n" + {"STRIPE_EU_WEBHOOK_SECRET": "whsec_stripe"}.get(name, "") + {
        "ADYEN_EU_WEBHOOK_SECRET": signing.ADYEN_KEY, "GENERIC_EU_WEBHOOK_SECRET": signing.STANDARD_SECRET
    }.get(name, ""))  # fmt: skip

    assert post(*make()).status_code == 200

    monkeypatch.setenv(name, newest)
    assert post(*make(2)).status_code == 401


@pytest.mark.spec("W1", "W3")
def test_one_body_with_several_of_adyen_s_items(accounts: World) -> None:
    first, second = signing.adyen_item(pspReference="A"), signing.adyen_item(pspReference="A", success="false")
    third = signing.adyen_item(pspReference="A", reason="sent again, with another reason")
    path = "/webhooks/psp/adyen/ADYEN_EU"

    post(path, signing.adyen_body(first), {})
    answer = post(path, signing.adyen_body(third, second), {})

    assert answer.content == b"[accepted]"
    kinds = set(PspEvent.objects.values_list("event", "provider_event_id"))
    assert kinds == {("adyen:AUTHORISATION", "A:AUTHORISATION:true"), ("adyen:AUTHORISATION", "A:AUTHORISATION:false")}


@pytest.mark.spec("W3", "W5")
@pytest.mark.parametrize("body", [b"[]", b'{"id": 5}', b"no", b'{"object":"event","type":"x","id":"e"}', b'{"type":"\xff"}'])
def test_a_signed_body_that_can_not_be_read_is_a_dead_letter(accounts: World, body: bytes) -> None:
    answers = [post("/webhooks/psp/stripe/STRIPE_EU", body, signing.stripe_headers(body, "whsec_stripe")) for _ in range(2)]

    assert [answer.json()["status"] for answer in answers] == ["accepted", "duplicate"]
    assert (PspEvent.objects.get().event, PspEventWork.objects.get().state) == ("unreadable", "DEAD")


@pytest.mark.spec("C14")
def test_card_data_in_a_provider_s_body_is_masked_its_own_ids_are_not(accounts: World) -> None:
    secret = {"cardNumber": "4111 1111 1111 1111", "cvc": "737", "note": "4111111111111111"}
    item = signing.adyen_item(pspReference="8136172945333374", additionalData=secret)

    post("/webhooks/psp/adyen/ADYEN_EU", signing.adyen_body(item), {})

    held = PspEvent.objects.get().raw_body
    assert "4111111111111111" not in held and "4111 1111" not in held and '"737"' not in held
    assert held.count("411111******1111") == 2 and '"8136172945333374"' in held


@pytest.mark.spec("W3")
@pytest.mark.parametrize("text", ["a\ud800b", "a\x00b"])
def test_a_signed_name_that_no_database_can_hold_is_kept_all_the_same(accounts: World, text: str) -> None:
    stripe = signing.stripe_body("payment_intent.succeeded", {"id": "pi_1", "note": text}, event_id=text)
    hook = json.dumps({"payment_id": text, "amount": "50.00", "status": "paid", "timestamp": signing.seconds()}).encode()

    answers = [
        post("/webhooks/psp/stripe/STRIPE_EU", stripe, signing.stripe_headers(stripe, "whsec_stripe")),
        post("/hooks/payments", hook, signing.hook_headers(hook)),
        post("/hooks/payments", hook, signing.hook_headers(hook)),
    ]

    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [
        (200, "accepted"),
        (200, "accepted"),
        (200, "duplicate"),
    ]
    assert PspEvent.objects.filter(identity_key__contains="a\ufffdb").count() == 2
