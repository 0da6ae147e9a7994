"""Calls of the API as a machine client makes them."""

import itertools
import json
from typing import Any

from django.test import Client

from tests.house import CLIENT, House, bearer

SCOPES = (
    "payouts:read payouts:write players:read players:write wallet:read games:read games:write disputes:read disputes:write cashier:read"
)
_numbers = itertools.count(1)


class Api:
    """One client with one set of scopes."""

    def __init__(self, scopes: str, client_id: str = CLIENT.id) -> None:
        self.http = Client(raise_request_exception=False)
        self.headers = bearer(client_id, scopes)

    def get(self, path: str, **headers: str) -> Any:
        return self.http.get(f"/v1/{path}", **self.headers, **headers)

    def post(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> Any:
        return self._send("post", path, body, key, headers)

    def patch(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> Any:
        return self._send("patch", path, body, key, headers)

    def _send(self, method: str, path: str, body: Any, key: str | None, headers: dict[str, str]) -> Any:
        """`key` "" sends none; None makes a fresh one."""
        name = fresh_key() if key is None else key
        named = {"HTTP_X_IDEMPOTENCY_KEY": name} if name else {}
        content = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return getattr(self.http, method)(f"/v1/{path}", content, content_type="application/json", **self.headers, **named, **headers)


def fresh_key() -> str:
    return f"key-{next(_numbers)}"


def payout(house: House, amount: Any, currency: str = "EUR") -> dict[str, Any]:
    return {
        "player_id": house.player.external_id,
        "amount": {"amount": amount, "currency": currency},
        "destination_id": house.instrument.public_id,
    }
