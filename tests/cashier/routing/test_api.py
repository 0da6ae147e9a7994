"""Routing over the API: the answer for a hypothetical payment, and a cascade inside one authorise call (C10, C11)."""

from typing import Any

import pytest

from cashier.models import RoutingDecision
from tests.api.calling import Api
from tests.cashier.api.conftest import api, worker
from tests.cashier.routing.test_cascade import rule_in_force
from tests.cashier.working import Worker
from tests.cashier.world import World

__all__ = ["api", "worker"]
PAYMENT: dict[str, Any] = {"brand_id": "lucky", "amount": {"amount": "100.00", "currency": "EUR"}, "method": "card", "region": "MT"}
EXPLAIN = "cashier/routing/explain"


@pytest.mark.spec("C10", "C14")
def test_a_hypothetical_payment_is_explained_and_nothing_is_kept(api: Api, committed_world: World) -> None:
    world = committed_world
    world.other_account.captures_paused = True
    world.other_account.save()
    rule_in_force(world, {"when": {"cvv": ["N"], "currency": ["EUR"], "amount_from_minor": 5_000}, "effect": "step_up"})

    card = {"scheme": "visa", "bin": "411111", "type": "debit"}
    answer = api.post(EXPLAIN, {**PAYMENT, "card": card, "cvv_result": "N", "avs_result": "Y"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["outcome"], body["account"], body["step_up"]) == ("route", "SANDBOX_EU", True)
    assert body["rules_version"] == 1
    assert body["rules_matched"] == ["1. If currency is EUR and CVV result is N and amount is at least 50.00 EUR → ask for a challenge"]
    assert {row["account"]: (row["state"], row["reason"]) for row in body["candidates"]} == {
        "SANDBOX_EU": ("taken", "best_value"),
        "SANDBOX_EU2": ("dropped", "captures_paused"),
    }
    assert body["candidates"][0]["success_rate"] == "0.8000"
    assert not RoutingDecision.objects.exists()
    assert api.post(EXPLAIN, PAYMENT).json()["step_up"] is False

    for wrong in ({"brand_id": "another"}, {"method": "pigeon"}, {"card": {"bin": "4111111111111111"}}, {"amount": "100.00"}):
        refused = api.post(EXPLAIN, {**PAYMENT, **wrong})
        assert refused.status_code in (400, 404), wrong
        assert set(refused.json()) == {"error", "message", "trace_id", "details"}


@pytest.mark.spec("C11")
def test_one_call_waits_for_the_whole_cascade(api: Api, committed_world: World, worker: Worker) -> None:
    player = {"player_id": committed_world.player.public_id, "metadata": {"brand_id": "lucky", "region": "MT"}}
    made = api.post("cashier/intents", {**player, "amount": PAYMENT["amount"], "method": "card"}).json()
    order = {"payment_token": "tok_decline_do_not_honour.once~api", "capture": "auto", "card": {"scheme": "visa"}, "risk_band": "low"}
    answer = api.post(f"cashier/intents/{made['intent_id']}/authorize", order)
    assert (answer.status_code, answer.json()["status"]) == (200, "CAPTURED")
    entries = api.get(f"cashier/intents/{made['intent_id']}/timeline").json()["entries"]
    routed = [(row["what"], row["detail"]["merchant_account"]) for row in entries if row["kind"] == "routing"]
    assert sorted(routed) == [("routing.authorize", "SANDBOX_EU"), ("routing.cascade", "SANDBOX_EU2")]
