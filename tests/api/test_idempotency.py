"""X-Idempotency-Key, exactly (A3)."""

import json
from typing import Any

import pytest

from cashier.models import PayoutIntent, Player
from ledger import clock
from ledger.models import IdempotencyKey
from ledger.operations import begin_idempotent
from tests.api.calling import Api
from tests.house import CLIENT, House, kinds, make_client, wallet

SCOPES = "payouts:read payouts:write players:write games:write"


@pytest.fixture
def api(house: House) -> Api:
    make_client(house.brand, scopes=SCOPES)
    return Api(SCOPES)


def body(house: House, amount: Any = "20.00") -> dict[str, Any]:
    return {
        "player_id": house.player.public_id,
        "amount": {"amount": amount, "currency": "EUR"},
        "destination_id": house.instrument.public_id,
        "fee_model": "operator",
    }


@pytest.mark.spec("A3")
def test_the_same_request_again_is_answered_200_with_the_first_body(house: House, api: Api) -> None:
    first = api.post("cashier/payouts", body(house), key="k1")
    again = api.post("cashier/payouts", body(house), key="k1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert PayoutIntent.objects.count() == 1
    assert wallet(house.player) == (48_000, 2_000, 0)


@pytest.mark.spec("A3")
def test_the_order_of_fields_does_not_make_another_request(house: House, api: Api) -> None:
    api.post("cashier/payouts", body(house), key="k1")

    again = api.post("cashier/payouts", dict(reversed(body(house).items())), key="k1")

    assert again["Idempotent-Replayed"] == "true"


@pytest.mark.spec("A3")
def test_another_request_under_the_key_is_a_409(house: House, api: Api) -> None:
    api.post("cashier/payouts", body(house), key="k1")

    other = api.post("cashier/payouts", body(house, "20.01"), key="k1")

    assert (other.status_code, other.json()["error"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert PayoutIntent.objects.count() == 1


@pytest.mark.spec("A3")
def test_without_a_key_it_is_a_400(house: House, api: Api) -> None:
    answer = api.post("cashier/payouts", body(house), key="")

    assert answer.status_code == 400
    assert answer.json()["details"]["field"] == "X-Idempotency-Key"
    assert kinds() == []


@pytest.mark.spec("A3")
def test_the_alias_is_the_same_key(house: House, api: Api) -> None:
    api.post("cashier/payouts", body(house), key="k1")

    again = api.post("cashier/payouts", body(house), key="", HTTP_IDEMPOTENCY_KEY="k1")

    assert again["Idempotent-Replayed"] == "true"


@pytest.mark.spec("A3")
def test_two_keys_that_differ_are_a_400(house: House, api: Api) -> None:
    assert api.post("cashier/payouts", body(house), key="k1", HTTP_IDEMPOTENCY_KEY="k2").status_code == 400
    stake = {"player_id": house.player.public_id, "round_id": "r1", "amount": "1.00", "currency": "EUR", "idempotency_key": "k2"}
    assert api.post("games/rounds/debit", stake, key="k1").status_code == 400
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.spec("A3")
@pytest.mark.parametrize("key", ["x" * 201, "ä", "a\tb"])
def test_a_key_that_is_not_plain_text_is_a_400(house: House, api: Api, key: str) -> None:
    assert api.post("cashier/payouts", body(house), key=key).status_code == 400


@pytest.mark.spec("A3")
def test_a_business_refusal_is_replayed_with_its_own_status(house: House, api: Api) -> None:
    first = api.post("cashier/payouts", body(house, "600.00"), key="k1")
    Player.objects.get(pk=house.player.pk)
    again = api.post("cashier/payouts", body(house, "600.00"), key="k1")

    assert (first.status_code, first.json()["error"]) == (422, "INSUFFICIENT_FUNDS")
    assert (again.status_code, again.json()) == (422, first.json())
    assert again["Idempotent-Replayed"] == "true"


@pytest.mark.spec("A3")
def test_a_400_takes_no_key(house: House, api: Api) -> None:
    assert api.post("cashier/payouts", body(house, "20.001"), key="k1").status_code == 400
    assert IdempotencyKey.objects.count() == 0

    assert api.post("cashier/payouts", body(house), key="k1").status_code == 201


@pytest.mark.spec("A3", "A2")
def test_a_403_and_a_401_take_no_key(house: House, api: Api) -> None:
    assert Api("payouts:read").post("cashier/payouts", body(house), key="k1").status_code == 403
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.spec("A3")
def test_while_the_first_is_running_it_is_a_409_with_retry_after(house: House, api: Api) -> None:
    first = api.post("cashier/payouts", body(house), key="k0")
    fingerprint = IdempotencyKey.objects.get(key="k0").fingerprint
    begin_idempotent(client_id=CLIENT.id, key="k1", fingerprint=fingerprint, now=clock.now())

    second = api.post("cashier/payouts", body(house), key="k1")

    assert first.status_code == 201
    assert (second.status_code, second.json()["error"]) == (409, "IDEMPOTENCY_KEY_IN_USE")
    assert int(second["Retry-After"]) >= 1


@pytest.mark.spec("A3")
def test_after_a_5xx_the_same_key_resumes_and_nothing_is_done_twice(house: House, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("cashier.operations.payouts.request.post_payout", lambda *args, **kwargs: 1 / 0)
        failed = api.post("cashier/payouts", body(house), key="k1")

    assert (failed.status_code, failed.json()["error"]) == (500, "INTERNAL_ERROR")
    assert "ZeroDivision" not in failed.content.decode()
    assert PayoutIntent.objects.count() == 0
    assert api.post("cashier/payouts", body(house), key="k1").status_code == 201
    assert api.post("cashier/payouts", body(house), key="k1").status_code == 200
    assert kinds() == ["PAYOUT_REQUESTED"]


@pytest.mark.spec("A3")
def test_after_a_5xx_another_request_under_the_key_is_a_409(house: House, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("cashier.operations.payouts.request.post_payout", lambda *args, **kwargs: 1 / 0)
        api.post("cashier/payouts", body(house), key="k1")

    other = api.post("cashier/payouts", body(house, "20.01"), key="k1")

    assert (other.status_code, other.json()["error"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert api.post("cashier/payouts", body(house, "20.001"), key="k2").status_code == 400
    assert list(IdempotencyKey.objects.values_list("key", "state")) == [("k1", "SUSPENDED")]


@pytest.mark.spec("A3")
def test_a_refusal_gives_way_to_an_answer_that_came_meanwhile(db: None) -> None:
    from rest_framework.response import Response

    from ledger.api.idempotency import Write, under_key

    write = Write("shop", "k1", "f1", clock.now())
    under_key(write, lambda: Response({"txn_id": "txn_1"}, status=201))

    answer = under_key(write, lambda: Response({"error": "INSUFFICIENT_FUNDS"}, status=422))

    assert (answer.status_code, answer.data, answer["Idempotent-Replayed"]) == (200, {"txn_id": "txn_1"}, "true")


@pytest.mark.spec("A3")
def test_keys_are_per_client(house: House, api: Api) -> None:
    make_client(house.brand, client_id="second-backend", scopes=SCOPES)

    first = api.post("cashier/payouts", body(house), key="k1")
    second = Api(SCOPES, "second-backend").post("cashier/payouts", body(house), key="k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert PayoutIntent.objects.count() == 2


@pytest.mark.spec("A3", "G2")
def test_a_credit_without_a_key_is_named_by_round_and_reference(house: House, api: Api) -> None:
    stake = {"player_id": house.player.public_id, "round_id": "r1", "amount": 10, "currency": "EUR", "idempotency_key": "d1"}
    assert api.post("games/rounds/debit", stake, key="").status_code == 200
    win = {"player_id": house.player.public_id, "round_id": "r1", "win_amount": "25.50", "txn_ref": "w1"}

    first, again = api.post("games/rounds/credit", win, key=""), api.post("games/rounds/credit", win, key="")

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert wallet(house.player) == (51_550, 0, 0)


@pytest.mark.spec("A3")
def test_every_write_of_the_api_needs_a_key() -> None:
    from django.urls import get_resolver

    from tests.api.routes import views_of

    writes = [
        (route, method)
        for route, view in views_of(get_resolver("config.api.urls"))
        for method in ("post", "put", "patch", "delete")
        if hasattr(view, method) and not getattr(getattr(view, method), "is_idempotent", False)
    ]

    assert writes == []


@pytest.mark.spec("A2")
def test_every_method_of_the_api_names_its_scope() -> None:
    from django.urls import get_resolver

    from config.api.permissions import SCOPES as KNOWN
    from tests.api.routes import views_of

    unnamed = [
        (route, method)
        for route, view in views_of(get_resolver("config.api.urls"))
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(view, method) and getattr(view, "required_scopes", {}).get(method.upper()) not in KNOWN
    ]

    assert unnamed == []


def test_the_fingerprint_reads_files_by_their_content() -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from ledger.api.idempotency import plain

    first, same, other = (plain({"file": SimpleUploadedFile("a.pdf", content)}) for content in (b"one", b"one", b"two"))

    assert json.dumps(first) == json.dumps(same)
    assert first != other
