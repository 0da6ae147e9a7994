"""Endpoints and deliveries over the API (A8): a client asks and never decides, and sees nothing of another brand's."""

from typing import Any

import pytest

from cashier.models import Brand, OutgoingDelivery, OutgoingEndpoint
from ledger.models import ApprovalRequest, AuditRecord, DomainEvent
from ledger.operations import decide
from tests.api.calling import Api
from tests.house import House, make_client, make_person

SCOPES = "cashier:read cashier:write"
URL = "https://shop.example/hooks"


@pytest.fixture
def api(house: House) -> Api:
    make_client(house.brand, scopes=SCOPES)
    return Api(SCOPES)


def asked_body(house: House, **changes: Any) -> dict[str, Any]:
    wanted = {"code": "shop", "url": URL, "brands": [house.brand.code], "events": ["deposit.*"], "secret_ref": "SHOP", "reason": "new shop"}
    return {**wanted, **changes}


def make_endpoint(code: str, brands: list[str], secret_ref: str = "SHOP") -> OutgoingEndpoint:
    return OutgoingEndpoint.objects.create(code=code, url=URL, brands=brands, events=["*"], secret_ref=secret_ref)


def make_delivery(endpoint: OutgoingEndpoint, now: Any, state: str = "FAILED") -> OutgoingDelivery:
    event = DomainEvent.objects.create(
        name="deposit.captured",
        version=1,
        aggregate="pi_1",
        sequence=DomainEvent.objects.count() + 1,
        subject="pi_1",
        body={},
        occurred_at=now,
    )
    return OutgoingDelivery.objects.create(
        endpoint=endpoint, event=event, position=event.pk, aggregate="pi_1", state=state, tries=14, error="answered 500", made_at=now
    )


@pytest.mark.spec("A8", "S1")
def test_an_endpoint_is_asked_for_and_there_when_a_second_person_agreed(house: House, api: Api) -> None:
    answer = api.post("cashier/webhook-endpoints", asked_body(house))

    assert answer.status_code == 202
    assert not OutgoingEndpoint.objects.exists()
    request = ApprovalRequest.objects.get()
    assert answer.json() == {"approval_id": request.public_id, "status": "PENDING"}
    decide(request_id=request.pk, checker=make_person("ben", "approve_policy"), approve=True, reason="ours", now=house.now)
    found = api.get("cashier/webhook-endpoints").json()["results"]
    assert [(row["code"], row["is_enabled"], row["health"], row["given_up"]) for row in found] == [("shop", True, "WELL", 0)]


@pytest.mark.spec("A8", "S1")
def test_turning_it_off_and_another_secret_are_asked_for_too(house: House, api: Api) -> None:
    make_endpoint("shop", [house.brand.code])

    for change in ({"is_enabled": False}, {"secret_ref": "SHOP_2"}):
        assert api.patch("cashier/webhook-endpoints/shop", {**change, "reason": "rotation"}).status_code == 202
    assert [request.payload["after"] for request in ApprovalRequest.objects.order_by("requested_at", "pk")] == [
        {"is_enabled": False},
        {"secret_ref": "SHOP_2"},
    ]
    assert OutgoingEndpoint.objects.get().is_enabled


@pytest.mark.spec("A8", "A5")
@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"url": "http://127.0.0.1/hooks"}, 422, None),
        ({"url": "https://10.0.0.1/hooks"}, 422, None),
        ({"events": ["no.such"]}, 422, None),
        ({"brands": ["another"]}, 400, "brands"),
        ({"brands": []}, 400, "brands"),
        ({"secret_ref": "OTHERS"}, 400, "secret_ref"),
        ({"secret_ref": "lower case"}, 400, "secret_ref"),
        ({"code": "../x"}, 400, "code"),
        ({"code": "others"}, 400, "code"),
    ],
)
def test_what_can_not_be_an_endpoint_is_refused_at_once(
    house: House, api: Api, changes: dict[str, Any], status: int, field: str | None
) -> None:
    Brand.objects.create(code="another", name="Another", entity=house.entity)
    make_endpoint("others", ["another"], "OTHERS")

    answer = api.post("cashier/webhook-endpoints", asked_body(house, **changes))

    assert answer.status_code == status
    assert not ApprovalRequest.objects.exists()
    if field:
        assert field in answer.json()["details"]["field"]


@pytest.mark.spec("A8", "A2")
def test_endpoints_and_deliveries_of_other_brands_do_not_exist(house: House, api: Api) -> None:
    Brand.objects.create(code="another", name="Another", entity=house.entity)
    for code, brands in (("of-all", []), ("of-both", [house.brand.code, "another"]), ("of-another", ["another"])):
        hidden = make_delivery(make_endpoint(code, brands), house.now)
        assert api.get(f"cashier/webhook-endpoints/{code}").status_code == 404
        assert api.patch(f"cashier/webhook-endpoints/{code}", {"is_enabled": False, "reason": "x"}).status_code == 404
        assert api.get(f"cashier/webhook-deliveries/{hidden.public_id}").status_code == 404
        assert api.post(f"cashier/webhook-deliveries/{hidden.public_id}/resend", {"reason": "x"}).status_code == 404
    assert api.get("cashier/webhook-endpoints").json()["results"] == []
    assert api.get("cashier/webhook-deliveries").json()["results"] == []


@pytest.mark.spec("A8", "S5")
def test_deliveries_are_listed_with_their_tries_and_sent_again(house: House, api: Api) -> None:
    endpoint = make_endpoint("shop", [house.brand.code])
    given_up, taken = make_delivery(endpoint, house.now), make_delivery(endpoint, house.now, "DELIVERED")
    given_up.attempts.create(number=1, tried_at=house.now, duration_ms=12, status=500, answer="no")

    listed = api.get("cashier/webhook-deliveries?status=FAILED&endpoint=shop&aggregate=pi_1").json()["results"]
    assert [row["delivery_id"] for row in listed] == [given_up.public_id]
    assert len(api.get("cashier/webhook-deliveries").json()["results"]) == 2
    assert api.get("cashier/webhook-deliveries?status=NONE").status_code == 400
    shown = api.get(f"cashier/webhook-deliveries/{given_up.public_id}").json()
    assert [(each["number"], each["status"], each["answer"]) for each in shown["attempts"]] == [(1, 500, "no")]

    again = api.post(f"cashier/webhook-deliveries/{taken.public_id}/resend", {"reason": "lost on our side"}, key="once")
    assert (again.status_code, again.json()["status"], again.json()["resends"]) == (202, "WAITING", 1)
    replayed = api.post(f"cashier/webhook-deliveries/{taken.public_id}/resend", {"reason": "lost on our side"}, key="once")
    assert (replayed.status_code, replayed["Idempotent-Replayed"]) == (200, "true")
    assert api.post(f"cashier/webhook-deliveries/{taken.public_id}/resend", {"reason": "again"}).status_code == 409
    record = AuditRecord.objects.get(act="delivery.resent")
    assert (record.actor_kind, record.reason) == ("client", "lost on our side")
