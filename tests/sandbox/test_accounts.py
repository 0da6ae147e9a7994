"""Registering accounts: merged, kept, and refused whole where something is wrong."""

import json
from typing import Any

import pytest

from config.sandbox.accounts import get_account
from config.sandbox.messages import Refused
from config.sandbox.running import open_sandbox, register_accounts
from tests.sandbox.running import ACCOUNTS, SETTLEMENT, RunningSandbox, payment_body

pytestmark = pytest.mark.spec("Z1")


def test_accounts_are_merged_by_code(sandbox: RunningSandbox) -> None:
    new = {"code": "SANDBOX_EU3", "secret": "third-secret", "settlement": {"EUR": "BANK_EUR"}}
    shown = sandbox.control("PUT", "accounts", {"merchant_accounts": [new]})
    assert {"SANDBOX_EU", "SANDBOX_EU3", "BANK_SEK"} <= set(shown["accounts"])
    key = {"Authorization": "Bearer third-secret"}
    refused = sandbox.http.post("/v1/payments", json=payment_body("approve", currency="SEK"), headers={**key, "Idempotency-Key": "eu3"})
    assert refused.json()["error"] == "CURRENCY_NOT_SUPPORTED"


def test_a_currency_that_is_not_named_any_more_is_still_settled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Its money moved before: a day played in fewer currencies must not lose it."""
    sandbox = open_sandbox(tmp_path_factory.mktemp("accounts"))
    register_accounts(sandbox, ACCOUNTS)
    register_accounts(sandbox, {"merchant_accounts": [{"code": "SANDBOX_EU", "secret": "first-secret", "settlement": {"EUR": "BANK_EUR"}}]})
    assert json.loads(get_account(sandbox.store.read(), "SANDBOX_EU")["settlement"]) == SETTLEMENT
    sandbox.store.close()


@pytest.mark.parametrize(
    "body",
    [
        {"merchant_accounts": [{"code": "NEW", "secret": "first-secret"}]},
        {"merchant_accounts": [{"code": "NEW"}]},
        {"merchant_accounts": [{"code": "NEW", "secret": "x", "zone": "Europe/Atlantis"}]},
        {"merchant_accounts": [{"code": "NEW", "secret": "x", "settlement": {"EUR": "BANK_SEK"}}]},
        {"merchant_accounts": [{"code": "NEW", "secret": "x", "first_batch": "one"}]},
        {"bank_accounts": [{"code": "NEW", "iban": "MT1", "currency": "EUR", "format": "ofx"}]},
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_kept(tmp_path_factory: pytest.TempPathFactory, body: dict[str, Any]) -> None:
    sandbox = open_sandbox(tmp_path_factory.mktemp("accounts"))
    register_accounts(sandbox, ACCOUNTS)
    with pytest.raises(Refused):
        register_accounts(sandbox, {"webhook_url": "http://127.0.0.1:1/x", **body})
    reader = sandbox.store.read()
    assert reader.execute("SELECT count(*) FROM merchant_account WHERE code = 'NEW'").fetchone()[0] == 0
    assert reader.execute("SELECT count(*) FROM setting WHERE name = 'webhook_url'").fetchone()[0] == 0
    sandbox.store.close()


def test_a_client_that_closes_after_one_request_is_answered(sandbox: RunningSandbox) -> None:
    answer = sandbox.http.get("/_sim/health", headers={"Connection": "close"})
    assert (answer.status_code, answer.json()["ok"]) == (200, True)
