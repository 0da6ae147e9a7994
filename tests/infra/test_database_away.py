"""The database restarts, is full, fails over, or is cut off in the middle of a COMMIT: who asks is told the truth (A3, A5, C22, W1)."""

import json
import os
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.test import Client

from config.local_servers.postgres import Postgres
from ledger.clock import real_now
from tests.api.calling import Api, payout
from tests.databases import TestDatabase
from tests.house import House, make_client, make_house, make_person, set_policy
from tests.infra.away import Wire, django_on, own_server

pytestmark = pytest.mark.whole

SCOPES = "payouts:read payouts:write cashier:read cashier:write"
AWAY = {"error": "DATABASE_UNAVAILABLE", "details": {"retriable": True}}


@pytest.fixture
def house(committed_db: TestDatabase, now: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A player with 500.00, a client, and a signed-in person of the staff."""
    from config.api import authentication

    monkeypatch.setenv("PSP_LUCKY_WEBHOOK_SECRET", "first-secret")
    from django.db import transaction

    with transaction.atomic():
        house = make_house(now, playable_minor=50_000)
        set_policy(house)
        make_client(house.brand, scopes=SCOPES)
    authentication._facts.clear()
    yield house
    authentication._facts.clear()


def person() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_person("ada", is_superuser=True), backend="django.contrib.auth.backends.ModelBackend")
    return client


def webhook(event_id: str = "evt_1") -> Any:
    """POST /webhooks/psp, signed anew as a PSP does that sends again."""
    from cashier.webhooks.signatures import sign

    told = {"event_id": event_id, "event": "payment.captured", "psp_ref": "psp_1", "intent_id": "pi_1", "capture_id": "c_1"}
    body = json.dumps({**told, "amount": {"minor_units": 5000, "currency": "EUR"}, "occurred_at": "2026-03-10T09:00:00Z"}).encode()
    at, nonce = int(real_now().timestamp()), f"nonce-{os.urandom(8).hex()}"
    headers = {"X-Merchant-Account": "SANDBOX_EU", "X-Timestamp": str(at), "X-Nonce": nonce}
    headers["X-Signature"] = sign("first-secret", timestamp=at, nonce=nonce, body=body)
    return Client(raise_request_exception=False).post("/webhooks/psp", body, content_type="application/json", headers=headers)


def assert_told(answer: Any) -> None:
    """503 in the envelope, to be sent again after a moment."""
    assert (answer.status_code, answer["Retry-After"]) == (503, "2"), answer.content
    body = answer.json()
    assert {name: body[name] for name in AWAY} == AWAY
    assert body["trace_id"] == answer["X-Trace-Id"]
    assert "same idempotency key" in body["message"]


def answered(call: Any) -> Any:
    """The first answer that is none of an outage: connections of before may each fail once, and one that was cut may still hold its key."""
    deadline = time.monotonic() + 60
    while "Retry-After" in (answer := call()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "Retry-After" not in answer, answer.content
    return answer


def count() -> int:
    from cashier.models import PayoutIntent

    return PayoutIntent.objects.count()


@pytest.mark.spec("A3", "A5", "C22", "W1", "B3")
def test_a_server_that_ends_and_starts_again(house: House, committed_db: TestDatabase) -> None:
    api, staff = Api(SCOPES), person()
    with own_server(committed_db) as server:
        first = answered(lambda: api.post("cashier/payouts", payout(house, "10.00"), key="k1"))
        assert first.status_code == 201

        server.stop()

        _nobody_is_told_anything_else(api, staff)
        assert_told(api.post("cashier/payouts", payout(house, "20.00"), key="k2"))

        server.restart()

        second = answered(lambda: api.post("cashier/payouts", payout(house, "20.00"), key="k2"))
        again = answered(lambda: api.post("cashier/payouts", payout(house, "10.00"), key="k1"))
        assert (second.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert count() == 2
        assert [answered(webhook).json() for _ in range(2)] == [{"status": "accepted"}, {"status": "duplicate"}]
        assert answered(lambda: staff.get("/admin/")).status_code == 200
        _full(house, server, api)
        _no_primary_any_more(house, server, api)


def _nobody_is_told_anything_else(api: Api, staff: Client) -> None:
    """Reads, tokens, webhooks, pages and buttons while it is down."""
    assert_told(api.get("cashier/payouts"))
    assert_told(webhook())
    token = {"grant_type": "client_credentials", "client_id": "lucky-backend", "client_secret": "x"}
    assert_told(api.http.post("/oauth/token", token))
    assert api.http.get("/health").status_code == 503
    look, press = staff.get("/admin/"), staff.post("/admin/login/")
    assert (look.status_code, look["Retry-After"], press.status_code) == (503, "2", 503)
    assert "Nothing was changed" in look.text
    assert 'http-equiv="refresh"' in look.text
    assert "not known whether what you pressed was recorded" in press.text
    assert "refresh" not in press.text, "what was pressed is never sent again by itself"


def _as_owner(server: Postgres, statement: str) -> None:
    may_write = "-c default_transaction_read_only=off"
    with psycopg.connect(server.environment()["DATABASE_OWNER_URL"], autocommit=True, options=may_write) as owner:
        owner.execute(statement)


def _end_sessions(server: Postgres) -> None:
    _as_owner(server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'countroom_app'")


def _full(house: House, server: Postgres, api: Api) -> None:
    """No connection left for us, then one again."""
    _as_owner(server, "ALTER ROLE countroom_app CONNECTION LIMIT 0")
    _end_sessions(server)
    for _ in range(2):  # a connection of the pool first, which is gone
        assert_told(api.post("cashier/payouts", payout(house, "30.00"), key="k3"))
    _as_owner(server, "ALTER ROLE countroom_app CONNECTION LIMIT -1")
    assert answered(lambda: api.post("cashier/payouts", payout(house, "30.00"), key="k3")).status_code == 201
    assert count() == 3


def _no_primary_any_more(house: House, server: Postgres, api: Api) -> None:
    """A failover: connections to what was the primary read, and are let go at the first write."""
    _as_owner(server, "ALTER DATABASE countroom SET default_transaction_read_only = on")
    _end_sessions(server)
    answered(lambda: api.get("cashier/payouts"))
    assert_told(api.post("cashier/payouts", payout(house, "40.00"), key="k4"))
    _as_owner(server, "ALTER DATABASE countroom RESET default_transaction_read_only")
    assert answered(lambda: api.post("cashier/payouts", payout(house, "40.00"), key="k4")).status_code == 201
    assert count() == 4


@pytest.fixture
def wire(house: House) -> Iterator[Wire]:
    """Between Django and the server."""
    from django.db import connections

    place = connections["default"].settings_dict
    wire = Wire(place["HOST"], int(place["PORT"]))
    with django_on(HOST="127.0.0.1", PORT=wire.port):
        yield wire
    wire.close()


@pytest.mark.spec("A3", "C22")
@pytest.mark.parametrize(("cut", "known"), [("before", 0), ("after", 1)])
def test_a_commit_that_was_cut_off_is_known_by_its_key_afterwards(house: House, wire: Wire, cut: str, known: int) -> None:
    api = Api(SCOPES)
    api.get("cashier/payouts")
    wire.cut = cut

    assert_told(api.post("cashier/payouts", payout(house, "10.00"), key="k1"))

    wire.mend()
    assert (wire.cuts, count()) == (1, known)
    answer = answered(lambda: api.post("cashier/payouts", payout(house, "10.00"), key="k1"))
    assert answer.status_code == (200 if known else 201)
    assert (answer.get("Idempotent-Replayed") == "true") is bool(known)
    assert answer.json()["payout_id"]
    assert count() == 1
    assert api.post("cashier/payouts", payout(house, "10.00"), key="k1").json() == answer.json()


@pytest.mark.spec("A3", "C22")
def test_where_the_database_is_back_at_once_the_very_request_is_answered_as_it_ended(house: House, wire: Wire) -> None:
    api = Api(SCOPES)
    api.get("cashier/payouts")
    wire.cut, wire.heals = "after", True

    answer = api.post("cashier/payouts", payout(house, "10.00"), key="k1")

    assert (wire.cuts, answer.status_code, count()) == (1, 200, 1)
    assert answer.json()["payout_id"]


@pytest.mark.spec("W1", "W3", "C22")
@pytest.mark.parametrize(("cut", "status"), [("before", "accepted"), ("after", "duplicate")])
def test_a_webhook_that_was_cut_off_is_sent_again_and_stored_once(house: House, wire: Wire, cut: str, status: str) -> None:
    from cashier.models import PspEvent, PspEventWork

    wire.cut = cut

    assert_told(webhook())

    wire.mend()
    assert answered(webhook).json() == {"status": status}
    assert (PspEvent.objects.count(), PspEventWork.objects.count()) == (1, 1)


@pytest.mark.spec("A3", "C8", "C22")
@pytest.mark.parametrize("cut", ["before", "after"])
def test_an_authorisation_whose_commit_was_cut_off_is_resumed_by_its_key(house: House, wire: Wire, cut: str, settings: Any) -> None:
    """Its key was taken before, in a transaction of its own: the same write finds the attempt, or makes it."""
    from cashier.models import Attempt

    settings.AUTHORIZE_WAIT_SECONDS = 0.0
    api = Api(SCOPES)
    amount = {"amount": "50.00", "currency": "EUR"}
    asked = {"player_id": house.player.public_id, "amount": amount, "method": "card", "metadata": {"brand_id": "lucky", "region": "MT"}}
    path = f"cashier/intents/{api.post('cashier/intents', asked, key='i1').json()['intent_id']}/authorize"
    body = {"payment_token": "tok_approve", "capture": "auto", "return_url": "https://casino.example/return"}
    wire.cut, wire.heals = cut, True

    assert_told(api.post(path, body, key="a1"))

    assert (wire.cuts, Attempt.objects.count()) == (1, 0 if cut == "before" else 1)
    answer = answered(lambda: api.post(path, body, key="a1"))
    assert (answer.status_code, Attempt.objects.count()) == (202, 1), answer.content
    assert answer.json()["attempt"] == "READY"
