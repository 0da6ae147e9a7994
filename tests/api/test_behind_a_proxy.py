"""Behind a proxy the caller is who called the proxy: for networks of clients and for doors that count failures (A2)."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.api.oauth import FAILURES_PER_MINUTE
from config.proxies import CallerAddressMiddleware, address_of
from tests.house import CLIENT, SECRET, House, make_client

pytestmark = pytest.mark.spec("A2", "S7")
PROXY = "192.0.2.1"


@pytest.fixture
def proxied(settings: Any) -> Any:
    settings.MIDDLEWARE = ["config.proxies.CallerAddressMiddleware", *settings.MIDDLEWARE]
    return settings


def ask_token(forwarded: str, secret: str = "wrong") -> int:
    body = {"grant_type": "client_credentials", "client_id": CLIENT.id, "client_secret": secret}
    return Client().post("/oauth/token", body, REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=forwarded).status_code


def test_one_callers_failures_close_the_door_to_no_other(house: House, proxied: Any, redis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.api.throttling.time.time", lambda: 1_900_000_100.0)
    make_client(house.brand, scopes="payouts:read")
    for number in range(FAILURES_PER_MINUTE):
        assert ask_token(f"203.0.113.{number}, 198.51.100.9") == 401  # what it writes itself does not make it another
    assert ask_token("198.51.100.9") == 429
    assert ask_token("198.51.100.8", SECRET) == 200


@pytest.mark.parametrize(
    ("hops", "told", "seen"),
    [
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "10.0.0.1, 198.51.100.9", "198.51.100.9"),
        (2, "10.0.0.1, 198.51.100.9, 203.0.113.5", "198.51.100.9"),
        (2, "198.51.100.9", PROXY),
        (1, "", PROXY),
        (1, "198.51.100.9, unknown", PROXY),
    ],
)
def test_the_entry_that_our_outermost_proxy_wrote_is_the_caller(proxied: Any, hops: int, told: str, seen: str) -> None:
    proxied.PROXY_HOPS = hops
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=told)
    CallerAddressMiddleware(lambda request: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == seen


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" 198.51.100.9:51411 ", "198.51.100.9"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("unknown", ""),
        ("198.51.100.9:1:2", ""),
        ("", ""),
    ],
)
def test_an_address_is_read_without_its_port(text: str, address: str) -> None:
    assert address_of(text) == address
