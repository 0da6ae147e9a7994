"""What each payment token does, over HTTP, and what the sandbox says of it afterwards."""

import httpx
import pytest

from config.sandbox.tokens import DECLINES
from tests.sandbox.running import Receiver, RunningSandbox, eventually, fresh, payment_body

pytestmark = pytest.mark.spec("Z1")


def test_approve_captures_at_once_with_auto(sandbox: RunningSandbox, receiver: Receiver) -> None:
    reference = fresh("pi_")
    payment = sandbox.pay("tok_approve~7", reference=reference, amount_minor=5000)
    assert (payment["state"], payment["captured"]["minor_units"], payment["avs"], payment["cvv"]) == ("CAPTURED", 5000, "Y", "M")
    assert eventually(lambda: receiver.names(reference)) == ["payment.captured"]
    event = receiver.of(reference)[0]
    assert event["capture_id"] == payment["captures"][0]["capture_id"]
    assert event["amount"] == {"minor_units": 5000, "currency": "EUR"}
    assert event["psp_ref"] == payment["psp_ref"]


def test_manual_capture_in_parts_and_a_void_of_the_rest(sandbox: RunningSandbox, receiver: Receiver) -> None:
    reference = fresh("pi_")
    payment = sandbox.pay("approve", reference=reference, capture="manual")
    assert payment["state"] == "AUTHORIZED"
    path = f"/v1/payments/{payment['psp_ref']}"
    for amount, status in ((3000, 201), (1500, 201), (501, 422)):
        body = {"merchant_reference": fresh("cap_"), "amount": {"minor_units": amount, "currency": "EUR"}}
        assert sandbox.post(f"{path}/captures", body).status_code == status
    assert sandbox.post(f"{path}/void", {"merchant_reference": reference}).status_code == 201
    refused = sandbox.post(f"{path}/captures", {"merchant_reference": "cap_x", "amount": {"minor_units": 1, "currency": "EUR"}})
    assert refused.json()["error"] == "AMOUNT_TOO_HIGH"
    found = sandbox.look_up(merchant_reference=reference)
    assert found is not None
    assert [capture["amount"]["minor_units"] for capture in found["payment"]["captures"]] == [3000, 1500]
    names = eventually(lambda: len(receiver.of(reference)) == 3 and receiver.names(reference))
    assert names == ["payment.authorized", "payment.captured", "payment.captured"]


def test_void_before_capture_and_not_after(sandbox: RunningSandbox) -> None:
    payment = sandbox.pay("approve", capture="manual")
    assert sandbox.post(f"/v1/payments/{payment['psp_ref']}/void", {}).json()["state"] == "VOIDED"
    captured = sandbox.pay("approve")
    assert sandbox.post(f"/v1/payments/{captured['psp_ref']}/void", {}).status_code == 422


@pytest.mark.parametrize("behaviour", sorted(DECLINES))
def test_each_decline_declines_and_moves_nothing(sandbox: RunningSandbox, behaviour: str) -> None:
    reference = fresh("pi_")
    payment = sandbox.pay(f"tok_{behaviour}", reference=reference)
    assert (payment["state"], payment["decline_code"], payment["captures"]) == ("DECLINED", DECLINES[behaviour], [])
    charge = sandbox.control("GET", f"books?merchant_reference={reference}")["charges"][0]
    assert charge["charged_minor"] == 0


def test_soft_decline_asks_for_a_challenge_the_second_time(sandbox: RunningSandbox) -> None:
    reference = fresh("pi_")
    first = sandbox.pay("decline_authentication_required", reference=reference)
    second = sandbox.pay("decline_authentication_required", reference=reference)
    assert (first["state"], first["decline_code"]) == ("DECLINED", "authentication_required")
    assert second["state"] == "ACTION_REQUIRED"


def test_frictionless_carries_the_proof_of_authentication(sandbox: RunningSandbox) -> None:
    payment = sandbox.pay("frictionless")
    assert (payment["state"], payment["eci"], payment["three_ds_version"]) == ("CAPTURED", "05", "2.2.0")
    assert len(payment["cavv"]) == 28
    assert payment["ds_trans_id"]


@pytest.mark.parametrize(("outcome", "state", "event"), [("approve", "CAPTURED", "payment.captured"), ("fail", "FAILED", "payment.failed")])
def test_challenge_page_is_shown_and_completed(sandbox: RunningSandbox, receiver: Receiver, outcome: str, state: str, event: str) -> None:
    reference = fresh("pi_")
    payment = sandbox.pay("challenge", reference=reference, return_url="https://casino.example/back?x=1")
    url = payment["action"]["url"]
    page = httpx.get(url)
    assert 'value="approve"' in page.text
    assert reference in page.text
    answer = httpx.post(url, data={"outcome": outcome})
    assert (answer.status_code, answer.headers["location"]) == (303, "https://casino.example/back?x=1")
    assert sandbox.state_of(reference) == state
    assert eventually(lambda: receiver.names(reference)) == [event]
    assert 'value="approve"' not in httpx.get(url).text


def test_an_abandoned_challenge_never_ends_by_itself_and_can_be_cancelled(sandbox: RunningSandbox) -> None:
    payment = sandbox.pay("challenge_abandon")
    httpx.post(payment["action"]["url"], data={"outcome": "approve"})
    assert sandbox.state_of(payment["merchant_reference"]) == "ACTION_REQUIRED"
    assert sandbox.post(f"/v1/payments/{payment['psp_ref']}/void", {}).json()["state"] == "CANCELED"


@pytest.mark.parametrize(("token", "state"), [("pending", "CAPTURED"), ("pending_fail", "FAILED")])
def test_pending_ends_by_event(sandbox: RunningSandbox, receiver: Receiver, token: str, state: str) -> None:
    reference = fresh("pi_")
    payment = sandbox.pay(token, reference=reference, method="paybybank")
    assert (payment["state"], payment["avs"]) == ("PENDING", "")
    assert eventually(lambda: sandbox.state_of(reference) == state)
    assert eventually(lambda: receiver.names(reference) == ["payment.pending", f"payment.{state.lower()}"])


@pytest.mark.parametrize("token", ["pending_hold", "pending_forever"])
def test_held_payments_stay_pending(sandbox: RunningSandbox, token: str) -> None:
    payment = sandbox.pay(token)
    sandbox.settle_down()
    assert sandbox.state_of(payment["merchant_reference"]) == "PENDING"


@pytest.mark.parametrize(("token", "charged"), [("timeout_before", 0), ("timeout_after", 5000)])
def test_a_timeout_says_nothing_and_the_lookup_says_all(sandbox: RunningSandbox, token: str, charged: int) -> None:
    body, key = payment_body(token), fresh("key")
    with pytest.raises(httpx.TimeoutException):
        sandbox.post("/v1/payments", body, key=key, timeout=0.5)

    def charged_minor() -> int:
        books = sandbox.control("GET", f"books?merchant_reference={body['merchant_reference']}")["charges"]
        return sum(charge["charged_minor"] for charge in books)

    assert eventually(lambda: charged_minor() == charged)  # on a busy machine it may not have begun before we gave up
    assert (sandbox.look_up(idempotency_key=key) is None) == (charged == 0)
    repeated = sandbox.post("/v1/payments", body, key=key)
    assert repeated.json()["state"] == "CAPTURED"
    again = sandbox.control("GET", f"books?merchant_reference={body['merchant_reference']}")
    assert (again["charges"][0]["charged_minor"], again["charges"][0]["payments"]) == (5000, 1)


@pytest.mark.parametrize(("token", "status", "charged"), [("error", 500, 0), ("error_after", 502, 5000)])
def test_server_failures_before_and_after_charging(sandbox: RunningSandbox, token: str, status: int, charged: int) -> None:
    body, key = payment_body(token), fresh("key")
    assert sandbox.post("/v1/payments", body, key=key).status_code == status
    books = sandbox.control("GET", f"books?merchant_reference={body['merchant_reference']}")["charges"]
    assert sum(charge["charged_minor"] for charge in books) == charged
    assert sandbox.post("/v1/payments", body, key=key).json()["captured"]["minor_units"] == 5000


def test_partial_and_unknown_tokens(sandbox: RunningSandbox) -> None:
    assert sandbox.pay("approve.partial", amount_minor=5001)["captured"]["minor_units"] == 2500
    assert sandbox.pay("4111").get("decline_code") == "invalid_token"
    assert sandbox.pay("approve.no_such_modifier")["state"] == "DECLINED"


@pytest.mark.parametrize(
    "change",
    [
        {"amount": {"minor_units": "5000", "currency": "EUR"}},
        {"amount": {"minor_units": -1, "currency": "EUR"}},
        {"merchant_reference": ""},
    ],
)
def test_malformed_requests_are_refused_and_leave_nothing(sandbox: RunningSandbox, change: dict[str, object]) -> None:
    body = {**payment_body("approve"), **change}
    assert sandbox.post("/v1/payments", body).status_code == 400
    assert sandbox.look_up(merchant_reference=str(body["merchant_reference"] or "pi_none")) is None


def test_other_currencies_and_other_peoples_keys_are_refused(sandbox: RunningSandbox) -> None:
    assert sandbox.post("/v1/payments", payment_body("approve", currency="USD")).json()["error"] == "CURRENCY_NOT_SUPPORTED"
    stranger = httpx.post(f"{sandbox.url}/v1/payments", json=payment_body("approve"), headers={"Authorization": "Bearer nobody"})
    assert stranger.status_code == 401
    other = {"Authorization": "Bearer second-secret"}
    payment = sandbox.pay("approve")
    assert httpx.get(f"{sandbox.url}/v1/lookup", params={"psp_ref": payment["psp_ref"]}, headers=other).status_code == 404


def test_an_amount_of_zero_verifies_a_card_and_is_told_to_nobody(sandbox: RunningSandbox, receiver: Receiver) -> None:
    reference = fresh("ins_")
    assert sandbox.pay("approve", reference=reference, amount_minor=0)["state"] == "AUTHORIZED"
    assert sandbox.pay("decline_lost_card", amount_minor=0)["state"] == "DECLINED"
    sandbox.settle_down()
    assert receiver.of(reference) == []
    assert sandbox.control("GET", f"books?merchant_reference={reference}")["charges"][0]["charged_minor"] == 0


def test_an_outage_during_the_redirect_can_be_waited_out(sandbox: RunningSandbox) -> None:
    payment = sandbox.pay("challenge")
    sandbox.control("PUT", "outage", {"seconds": 60})
    assert httpx.get(payment["action"]["url"]).status_code == 503
    assert sandbox.post("/v1/payments", payment_body("approve")).json()["error"] == "OUTAGE"
    sandbox.control("PUT", "outage", {"seconds": 0})
    assert httpx.get(payment["action"]["url"]).status_code == 200
    assert sandbox.state_of(payment["merchant_reference"]) == "ACTION_REQUIRED"
