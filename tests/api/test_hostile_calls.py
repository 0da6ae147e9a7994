"""Whatever is sent to /v1 and to the door for PSPs is answered: below 500, in the one envelope, and nothing is written (A5, W3)."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from config.api.permissions import SCOPES
from ledger.models import JournalTransaction
from tests.api.calling import Api, fresh_key
from tests.api.hostile import ADDRESSED, BODIES, HEADERS, VALUES
from tests.api.routes import views_of
from tests.cashier.games.test_rounds import debit
from tests.cashier.payouts.test_request_payout import ask
from tests.house import House, make_capture, make_client

pytestmark = pytest.mark.whole

ALL = " ".join(SCOPES)
ENVELOPE = {"error", "message", "trace_id", "details"}
NO_RUBBISH = ("nothing", "many keys")  # where nothing is asked for, nothing is missing, and what is not known is not read
SHARE = 12  # each field and each query is tried with one value in so many, the next one with the next ones
TURN = itertools.count()
WRITES = ("post", "put", "patch", "delete")


@pytest.fixture
def caller(house: House, redis: Any) -> Api:
    """A client that may do all, in a house where there is something of each kind."""
    make_client(house.brand, scopes=ALL, rate=1_000_000)
    ask(house)
    debit(house)
    make_capture(house)
    return Api(ALL)


class Walk:
    """Answers of one walk; every fault is told, not only the first."""

    def __init__(self) -> None:
        self.asked = 0
        self.faults: list[str] = []

    def look_at(self, answer: Any, story: str, *, is_refused: bool = False) -> None:
        """An answer below 500, in the envelope from 400 on; `is_refused`: it must be 400 or above."""
        self.asked += 1
        if answer.status_code >= 500 or (is_refused and answer.status_code < 400):
            self.faults.append(f"{story}: {answer.status_code} {answer.content[:200]!r}")
        elif answer.status_code >= 400:
            body = json.loads(answer.content or b"null") if answer["Content-Type"].startswith("application/json") else None
            if not isinstance(body, dict) or not set(body) >= ENVELOPE or not (body["error"] and body["message"] and body["trace_id"]):
                self.faults.append(f"{story}: {answer.status_code} without the envelope: {answer.content[:200]!r}")

    def end(self, *, at_least: int) -> None:
        assert self.faults == []
        assert self.asked >= at_least


def known_ids(house: House) -> dict[str, str]:
    from cashier.models import Capture, DepositIntent, PayoutIntent

    return {
        "intent_id": DepositIntent.objects.latest("pk").public_id,
        "capture_id": Capture.objects.latest("pk").public_id,
        "payout_id": PayoutIntent.objects.latest("pk").public_id,
        "player_id": house.player.public_id,
        "round_id": "r1",
    }


def operations(described: dict[str, Any], house: House) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path that is there where we know one, description) of each operation."""
    ids = known_ids(house)
    for path, methods in described["paths"].items():
        whole = re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], "case_" + "0" * 26), path)
        for method, operation in methods.items():
            yield method, whole, operation


def send(caller: Api, method: str, path: str, body: bytes, **headers: str) -> Any:
    named = {"HTTP_X_IDEMPOTENCY_KEY": fresh_key(), "content_type": "application/json", **caller.headers, **headers}
    if "CONTENT_TYPE" in named:
        named["content_type"] = named.pop("CONTENT_TYPE")
    return caller.http.generic(method.upper(), path, body, **named)


@pytest.mark.spec("A5")
def test_bodies_that_are_no_requests(caller: Api, house: House, described: dict[str, Any]) -> None:
    booked, walk = JournalTransaction.objects.count(), Walk()

    for method, path, _ in operations(described, house):
        for name, body in BODIES.items() if method in WRITES else ():
            if name not in NO_RUBBISH:
                walk.look_at(send(caller, method, path, body), f"{method} {path} {name}", is_refused=True)

    walk.end(at_least=400)
    assert JournalTransaction.objects.count() == booked


@pytest.mark.spec("A5", "A6")
def test_one_field_after_the_other_holds_what_it_should_not(caller: Api, house: House, described: dict[str, Any]) -> None:
    walk = Walk()
    for method, path, operation in operations(described, house):
        for body in spoilt_bodies(operation, house, described):
            walk.look_at(send(caller, method, path, json.dumps(body).encode()), f"{method} {path} {str(body)[:200]}")
    walk.end(at_least=300)


def spoilt_bodies(operation: dict[str, Any], house: House, described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A good body with one field, or one field of an object in it, replaced."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    good = {name: plausible(name, house) for name in properties_of(content["schema"], described)}
    for name in good:
        for value in VALUES[next(TURN) % SHARE :: SHARE]:
            yield {**good, name: value}
    for value in VALUES[next(TURN) % 4 :: 4] if "amount" in good else ():
        yield {**good, "amount": {"amount": value, "currency": "EUR"}}
        yield {**good, "amount": {"amount": "1.00", "currency": value}}
    yield {**good, "unknown": 1}


def properties_of(schema: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return dict(schema.get("properties", {}))


def plausible(name: str, house: House) -> Any:
    known = {
        "player_id": house.player.public_id, "brand_id": "lucky", "currency": "EUR", "amount": {"amount": "1.00", "currency": "EUR"},
        "destination_id": house.instrument.public_id, "round_id": "r1", "region": "EU", "method": "card", "country": "MT",
        "external_id": "new", "capture": "auto", "return_url": "https://example.com/", "payment_token": "tok", "token": "tok",
        "device": {}, "metadata": {"brand_id": "lucky"}, "fee_model": "operator", "txn_ref": "t1", "win_amount": "1.00", "type": "amount",
    }  # fmt: skip
    return known.get(name, "1")


@pytest.mark.spec("A5")
def test_addresses_and_queries_that_are_none(caller: Api, described: dict[str, Any]) -> None:
    walk = Walk()
    for path, methods in described["paths"].items():
        if "get" in methods:
            queries = [parameter["name"] for parameter in methods["get"]["parameters"] if parameter["in"] == "query"]
            for number, url in enumerate(addresses(path, {*queries, "cursor", "limit", "format"})):
                walk.look_at(caller.http.get(url, **caller.headers), f"{number} {url[:120]}")
    walk.end(at_least=300)


def addresses(path: str, queries: set[str]) -> Iterator[str]:
    """The path with something else in its place, and each query with each of the values."""
    plain = re.sub(r"\{\w+\}", "lucky-1", path)
    for value in ADDRESSED[next(TURN) % 2 :: 2] if "{" in path else ():
        yield path[: path.index("{")] + value + path[path.index("}") + 1 :]
    for name in sorted(queries):
        yield from (f"{plain}?{name}={value}" for value in ADDRESSED[next(TURN) % SHARE :: SHARE])


@pytest.mark.spec("A5", "A2")
def test_headers_that_are_none(caller: Api, house: House, described: dict[str, Any]) -> None:
    """Read before an operation is chosen, so each operation is tried with a third of them, the next one with the next third."""
    walk = Walk()
    for number, (method, path, _) in enumerate(operations(described, house)):
        for headers in HEADERS[number % 3 :: 3]:
            walk.look_at(send(caller, method, path, b"{}", **headers), f"{method} {path} {str(headers)[:80]}")
    walk.end(at_least=170)


@pytest.mark.spec("A2", "A5")
def test_who_asks_for_a_token_with_rubbish_gets_none(house: House, redis: Any) -> None:
    http = Client(raise_request_exception=False)
    for name, body in BODIES.items():
        for kind in ("application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=b"):
            answer = http.generic("POST", "/oauth/token", body, content_type=kind)
            assert 400 <= answer.status_code < 500, (name, kind, answer.status_code)
            assert answer.json()["error"], (name, kind)


def test_every_route_is_walked(described: dict[str, Any]) -> None:
    from django.urls import get_resolver

    assert len(described["paths"]) == len(set(views_of(get_resolver("config.api.urls"))))
