"""The deposit path over HTTP, bodies as A4 has them, with a worker and a real sandbox behind."""

from typing import Any

import pytest

from cashier.models import Attempt, Refund
from tests.api.calling import Api
from tests.cashier.working import Worker
from tests.cashier.world import World

NEW = "cashier/intents"


def intent_of(api: Api, world: World, amount: Any = "50.00", **fields: Any) -> str:
    body = {
        "player_id": world.player.external_id,
        "amount": {"amount": amount, "currency": "EUR"},
        "method": "card",
        "metadata": {"brand_id": "lucky", "region": "MT"},
    }
    answer = api.post(NEW, {**body, **fields})
    assert answer.status_code == 201, answer.content
    assert answer.json() == {"intent_id": answer.json()["intent_id"], "status": "INITIATED"}
    return str(answer.json()["intent_id"])


def authorize(api: Api, intent: str, token: str = "tok_approve", **fields: Any) -> Any:
    return api.post(f"{NEW}/{intent}/authorize", {"payment_token": token, **fields})


@pytest.mark.spec("A4", "C8")
def test_authorized_then_captured_then_refunded(api: Api, committed_world: World, worker: Worker) -> None:
    intent = intent_of(api, committed_world)

    answer = authorize(api, intent, "tok_frictionless")
    body = answer.json()
    assert (answer.status_code, body["status"], body["eci"]) == (200, "AUTHORIZED", "05")
    assert body["psp_ref"] and body["cavv"]

    answer = api.post(f"{NEW}/{intent}/capture", {"amount": "30.00"})
    assert (answer.status_code, answer.json()["status"]) == (200, "CAPTURED")
    capture = answer.json()["capture_id"]

    answer = api.post(f"cashier/captures/{capture}/refunds", {"refund_id": "ref-1", "amount": "10.00"})
    assert answer.status_code == 202
    refund = answer.json()
    assert (refund["status"], refund["refund_id"], refund["id"][:3]) == ("REFUND_SUBMITTED", "ref-1", "rf_")

    answer = api.post(f"{NEW}/{intent}/void", {})
    assert (answer.status_code, answer.json()["status"]) == (200, "CAPTURED")

    shown = api.get(f"{NEW}/{intent}").json()
    assert (shown["status"], shown["captured"], shown["authorised"]) == ("CAPTURED", "30.00", "50.00")
    assert api.get(f"cashier/refunds/{refund['id']}").json()["amount"] == {"amount": "10.00", "currency": "EUR"}
    kinds = {entry["kind"] for entry in api.get(f"{NEW}/{intent}/timeline").json()["entries"]}
    assert kinds == {"transition", "routing", "checks", "call", "posting"}


@pytest.mark.spec("A4")
def test_captured_at_once_with_auto(api: Api, committed_world: World, worker: Worker) -> None:
    answer = authorize(api, intent_of(api, committed_world), capture="auto")

    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "CAPTURED")
    assert body["capture_id"].startswith("cap_")


@pytest.mark.spec("A4", "C13")
def test_a_challenge_gives_an_action(api: Api, committed_world: World, worker: Worker) -> None:
    answer = authorize(api, intent_of(api, committed_world), "tok_challenge", return_url="https://lucky.example/back")

    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "ACTION_REQUIRED")
    assert {"type", "url", "expires_at"} <= set(body["action"])


@pytest.mark.spec("A4", "A5")
def test_a_decline_is_a_refusal_with_code_and_retry_class(api: Api, committed_world: World, worker: Worker) -> None:
    answer = authorize(api, intent_of(api, committed_world), "tok_decline_stolen_card")

    body = answer.json()
    assert answer.status_code == 422
    assert (body["error"], body["decline_code"], body["retry"]) == ("DECLINED", "stolen_card", "never")
    assert body["trace_id"]


@pytest.mark.spec("A4")
def test_pending_on_a_rail(api: Api, committed_world: World, worker: Worker) -> None:
    intent = intent_of(api, committed_world, method="paybybank")

    answer = authorize(api, intent, "tok_pending_hold", capture="auto")

    assert (answer.status_code, answer.json()["status"]) == (200, "PENDING")
    assert set(answer.json()) == {"intent_id", "status", "psp_ref"}


@pytest.mark.spec("A4", "C8")
def test_without_an_answer_in_time_it_is_202_and_where_to_look(api: Api, committed_world: World, settings: Any) -> None:
    settings.AUTHORIZE_WAIT_SECONDS = 0.2
    intent = intent_of(api, committed_world)

    answer = authorize(api, intent)

    assert answer.status_code == 202
    assert answer.json() == {"intent_id": intent, "status": "INITIATED", "attempt": "READY", "poll": f"/v1/cashier/intents/{intent}"}


@pytest.mark.spec("A3", "C7")
def test_the_same_key_again_is_the_same_answer_and_one_charge(api: Api, committed_world: World, worker: Worker) -> None:
    intent = intent_of(api, committed_world)
    body = {"payment_token": "tok_approve", "capture": "auto"}

    first = api.post(f"{NEW}/{intent}/authorize", body, key="once")
    second = api.post(f"{NEW}/{intent}/authorize", body, key="once")

    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Attempt.objects.count() == 1
    assert committed_world.wallet() == {"playable": 5000}


@pytest.mark.spec("A4")
def test_cancel_and_state_conflicts(api: Api, committed_world: World, worker: Worker) -> None:
    intent = intent_of(api, committed_world)

    assert api.post(f"{NEW}/{intent}/capture", {}).status_code == 409
    canceled = api.post(f"{NEW}/{intent}/cancel", {})
    assert (canceled.status_code, canceled.json()["status"]) == (200, "CANCELED")
    assert authorize(api, intent).status_code == 409


@pytest.mark.spec("C14")
def test_a_card_number_or_a_code_is_refused(api: Api, committed_world: World) -> None:
    intent = intent_of(api, committed_world)

    for fields in ({"payment_token": "4111111111111111"}, {"payment_token": "tok_approve", "cvv": "123"}):
        answer = api.post(f"{NEW}/{intent}/authorize", fields)
        assert answer.status_code == 400
        assert "4111111111111111" not in answer.content.decode()
    assert Attempt.objects.count() == 0


@pytest.mark.spec("A5", "A6")
@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"amount": {"amount": "50.001", "currency": "EUR"}}, 400),
        ({"amount": {"amount": "0", "currency": "EUR"}}, 400),
        ({"amount": {"amount": "50.00", "currency": "XXX"}}, 400),
        ({"method": "cheque"}, 400),
        ({"player_id": "nobody"}, 404),
        ({"metadata": {"brand_id": "other"}}, 404),
        ({"metadata": "text"}, 400),
    ],
)
def test_bad_intents(api: Api, committed_world: World, fields: dict[str, Any], status: int) -> None:
    body = {"player_id": committed_world.player.public_id, "amount": {"amount": "1.00", "currency": "EUR"}, "method": "card"}

    answer = api.post(NEW, {**body, **fields})

    assert answer.status_code == status, answer.content


@pytest.mark.spec("C6")
def test_refunds_by_rule(api: Api, committed_world: World, worker: Worker) -> None:
    intent = intent_of(api, committed_world)
    capture = authorize(api, intent, capture="auto").json()["capture_id"]
    path = f"cashier/captures/{capture}/refunds"

    assert api.post(path, {"refund_id": "a", "amount": "50.01"}).json()["error"] == "REFUND_ABOVE_CAPTURE"
    first = api.post(path, {"refund_id": "a", "amount": {"amount": "20.00", "currency": "EUR"}}, key="k1")
    again = api.post(path, {"refund_id": "a", "amount": "20.00"}, key="k2")
    other = api.post(path, {"refund_id": "a", "amount": "19.00"}, key="k3")

    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["error"]) == (409, "REFUND_ID_REUSED")
    assert Refund.objects.count() == 1


@pytest.mark.spec("C24")
def test_an_instrument_is_stored_and_used(api: Api, committed_world: World, worker: Worker) -> None:
    body = {"player_id": committed_world.player.public_id, "method": "card", "token": "tok_approve~card-1", "masked": "•••• 4242"}
    answer = api.post("cashier/instruments", body)
    assert answer.status_code == 201
    instrument = answer.json()

    intent = intent_of(api, committed_world)
    paid = api.post(f"{NEW}/{intent}/authorize", {"instrument_id": instrument["instrument_id"]})

    assert (paid.status_code, paid.json()["status"]) == (200, "AUTHORIZED")
    shown = api.get(f"cashier/instruments/{instrument['instrument_id']}").json()
    assert shown["status"] == "VERIFIED"
    assert "token" not in shown


@pytest.mark.spec("C24")
def test_another_players_instrument_does_not_exist(api: Api, committed_world: World, worker: Worker) -> None:
    from tests.cashier.world import make_player

    other = make_player(committed_world.brand, committed_world.now)
    body = {"player_id": other.public_id, "method": "card", "token": "tok_approve~card-2"}
    instrument = api.post("cashier/instruments", body).json()["instrument_id"]

    answer = api.post(f"{NEW}/{intent_of(api, committed_world)}/authorize", {"instrument_id": instrument})

    assert answer.status_code == 404


@pytest.mark.spec("A4")
def test_lists_are_pages_with_filters(api: Api, committed_world: World) -> None:
    made = [intent_of(api, committed_world) for _ in range(3)]
    api.post(f"{NEW}/{made[0]}/cancel", {})

    page = api.get(f"{NEW}?limit=2").json()
    rest = api.get(page["next"].partition("/v1/")[2]).json()
    canceled = api.get(f"{NEW}?status=CANCELED").json()

    assert [row["intent_id"] for row in page["results"] + rest["results"]] == made[::-1]
    assert [row["intent_id"] for row in canceled["results"]] == [made[0]]
    assert api.get(f"{NEW}?player_id={committed_world.player.external_id}").status_code == 200
