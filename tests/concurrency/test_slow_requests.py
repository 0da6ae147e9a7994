"""A request that outlives its lease, and the client's retry meanwhile: one charge, one answer (A3, C4)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections

if TYPE_CHECKING:
    from tests.api.calling import Api
    from tests.house import House

SCOPES = "cashier:read cashier:write payouts:read payouts:write players:read"
LEASE = timedelta(milliseconds=300)


@pytest.fixture
def house(committed_db: Any, redis: Any, now: datetime) -> "House":
    from config.api import authentication
    from tests.house import make_client, make_house, set_policy

    authentication._facts.clear()  # what this process remembers of clients is of another database
    house = make_house(now, playable_minor=50_000)
    set_policy(house)
    make_client(house.brand, scopes=SCOPES, rate=100_000)
    return house


@pytest.fixture
def api(house: "House") -> "Api":
    from tests.api.calling import Api

    return Api(SCOPES)


def in_a_thread(pool: ThreadPoolExecutor, act: Callable[[], Any]) -> Any:
    def run() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    return pool.submit(run)


def make_deposit(house: "House", api: "Api") -> str:
    body = {
        "player_id": house.player.public_id, "method": "card", "amount": {"amount": "20.00", "currency": "EUR"},
        "metadata": {"brand_id": house.brand.code, "region": "EU"},
    }  # fmt: skip
    made = api.post("cashier/intents", body)
    assert made.status_code == 201, made.content
    return str(made.json()["intent_id"])


@pytest.mark.spec("A3", "C4")
def test_a_charge_whose_lease_ran_out_is_resumed_not_made_again(house: "House", api: "Api", monkeypatch: pytest.MonkeyPatch) -> None:
    from cashier.api import intents
    from cashier.models import Attempt
    from ledger.models import IdempotencyKey
    from ledger.operations import idempotency

    # Given a request that still waits for the PSP when its lease has run out
    intent = make_deposit(house, api)
    monkeypatch.setattr(idempotency, "LEASE", LEASE)
    waits, may_go_on = Event(), Event()
    truth = intents.await_answer

    def wait_long(*args: Any, **facts: Any) -> None:
        if not waits.is_set():
            waits.set()
            may_go_on.wait(30)
        truth(*args, **{**facts, "seconds": 0})

    monkeypatch.setattr(intents, "await_answer", wait_long)
    order = {"payment_token": "tok_approve", "capture": "auto", "return_url": "https://example.com/back"}

    def authorize() -> Any:
        return api.post(f"cashier/intents/{intent}/authorize", order, key="k1")

    with ThreadPoolExecutor(1) as pool:
        first = in_a_thread(pool, authorize)
        assert waits.wait(30)

        # When the client tries again: at first it is told that the first still runs, after the lease the same charge is looked up
        early = authorize()
        assert early.status_code in (409, 202)
        if early.status_code == 409:
            assert early.json()["error"] == "IDEMPOTENCY_KEY_IN_USE"
            assert int(early["Retry-After"]) >= 1
            time.sleep(LEASE.total_seconds() + 0.1)
            early = authorize()
        may_go_on.set()
        late = first.result(60)

    # Then there is one attempt to charge, and one answer for all
    assert Attempt.objects.filter(intent__pk=_pk(intent)).count() == 1
    assert (early.status_code, late.status_code) == (202, 200)
    assert late["Idempotent-Replayed"] == "true"
    assert {key: early.json()[key] for key in early.json() if key != "trace_id"} == {
        key: late.json()[key] for key in late.json() if key != "trace_id"
    }
    assert IdempotencyKey.objects.get(key="k1").state == "DONE"
    assert authorize().json() == late.json()
    assert Attempt.objects.filter(intent__pk=_pk(intent)).count() == 1


def _pk(intent: str) -> Any:
    from cashier.models import DepositIntent

    return DepositIntent.id_of(intent)


@pytest.mark.spec("A3", "P1")
def test_a_write_of_one_transaction_holds_its_key_however_long_it_takes(
    house: "House", api: "Api", monkeypatch: pytest.MonkeyPatch
) -> None:
    from cashier.api import payouts
    from cashier.models import PayoutIntent
    from ledger.operations import idempotency
    from tests.house import wallet

    # Given a payout that is being taken in, longer than any lease
    monkeypatch.setattr(idempotency, "LEASE", LEASE)
    is_taken, may_go_on = Event(), Event()
    truth = payouts.request_payout

    def take_long(**facts: Any) -> Any:
        taken = truth(**facts)
        is_taken.set()
        may_go_on.wait(30)
        return taken

    monkeypatch.setattr(payouts, "request_payout", take_long)
    body = {
        "player_id": house.player.public_id, "amount": {"amount": "20.00", "currency": "EUR"},
        "destination_id": house.instrument.public_id,
    }  # fmt: skip

    def ask() -> Any:
        return api.post("cashier/payouts", body, key="k1")

    with ThreadPoolExecutor(1) as pool:
        first = in_a_thread(pool, ask)
        assert is_taken.wait(30)
        time.sleep(LEASE.total_seconds() + 0.1)

        # When the client tries again
        second = ask()
        may_go_on.set()
        answered = first.result(60)

    # Then it is told to wait, and afterwards gets the first answer
    assert (second.status_code, second.json()["error"]) == (409, "IDEMPOTENCY_KEY_IN_USE")
    assert int(second["Retry-After"]) >= 1
    assert answered.status_code == 201
    assert ask().json() == answered.json()
    assert PayoutIntent.objects.count() == 1
    assert wallet(house.player)[:2] == (48_000, 2_000)
