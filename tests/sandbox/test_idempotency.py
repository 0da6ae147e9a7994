"""Keys: executed once, answered alike, never lent to another request."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.sandbox.running import RunningSandbox, fresh, payment_body

pytestmark = pytest.mark.spec("Z1", "C7")


def test_same_key_and_request_is_executed_once(sandbox: RunningSandbox) -> None:
    body, key = payment_body("approve"), fresh("key")
    first, second = sandbox.post("/v1/payments", body, key=key), sandbox.post("/v1/payments", body, key=key)
    assert first.json() == second.json()
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"


def test_same_key_at_once_is_executed_once(sandbox: RunningSandbox) -> None:
    body, key = payment_body("approve"), fresh("key")
    headers = {"Authorization": "Bearer first-secret", "Idempotency-Key": key}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: httpx.post(f"{sandbox.url}/v1/payments", json=body, headers=headers), range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["psp_ref"] for answer in answers}) == 1
    charge = sandbox.control("GET", f"books?merchant_reference={body['merchant_reference']}")["charges"][0]
    assert (charge["payments"], charge["captures"]) == (1, 1)


def test_same_key_for_another_request_is_refused(sandbox: RunningSandbox) -> None:
    body, key = payment_body("approve"), fresh("key")
    sandbox.post("/v1/payments", body, key=key)
    other = sandbox.post("/v1/payments", {**body, "amount": {"minor_units": 5001, "currency": "EUR"}}, key=key)
    assert (other.status_code, other.json()["error"]) == (409, "IDEMPOTENCY_KEY_REUSED")


def test_a_write_without_key_is_refused(sandbox: RunningSandbox) -> None:
    assert sandbox.http.post("/v1/payments", json=payment_body("approve")).json()["error"] == "IDEMPOTENCY_KEY_MISSING"


def test_two_keys_are_two_charges_and_the_books_say_so(sandbox: RunningSandbox) -> None:
    reference = fresh("pi_")
    for _ in range(2):
        sandbox.pay("approve", reference=reference)
    books = sandbox.control("GET", f"books?merchant_reference={reference}")
    assert books["double_charged"] == [reference]
    assert books["charges"][0]["charged_minor"] == 10000
