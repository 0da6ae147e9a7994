"""The operator's platform as the simulation plays it: an HTTP client with a token, idempotency keys and patience.

Every write carries its own key, so that a retry after a lost answer resumes the same operation instead of starting another.
"""

import itertools
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

RETRY_STATUSES = frozenset({409, 429, 500, 502, 503, 504})
PATIENCE_SECONDS = 90.0  # longer than the lease of a request whose web died
LONGEST_PAUSE_SECONDS = 3.0


class SimulationError(Exception):
    """The product answered in a way that a correct client can't go on from; the message says which call and how."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and decoded body of one call."""

    status: int
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class PlatformClient:
    """One machine client of the API. Thread-safe: the token is shared and renewed a minute before it ends."""

    def __init__(self, *, base_url: str, client_id: str, client_secret: str, scopes: str, connections: int = 32) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._http = httpx.Client(base_url=base_url, timeout=httpx.Timeout(30.0, pool=None), limits=limits, trust_env=False)
        self._grant = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret, "scope": scopes}
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, *, params: Mapping[str, str] | None = None) -> Answer:
        """GET `path`. Raises SimulationError where no answer could be had."""
        return self._call("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, Any], *, key: str) -> Answer:
        """POST `body` under the idempotency key `key`. Raises SimulationError where no answer could be had."""
        return self._call("POST", path, json=dict(body), headers={"X-Idempotency-Key": key})

    def _call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **sent: Any) -> Answer:
        last, deadline = "no answer", time.monotonic() + PATIENCE_SECONDS
        for attempt in itertools.count():
            try:
                response = self._http.request(
                    method, path, headers={"Authorization": f"Bearer {self._bearer()}", **(headers or {})}, **sent
                )
            except httpx.HTTPError as error:
                last = f"{type(error).__name__}: {error}"
            else:
                if not _is_passing(response):
                    return Answer(response.status_code, _decoded(response))
                last = f"{response.status_code} {response.text[:200]}"
            if time.monotonic() > deadline:
                break
            time.sleep(_pause(attempt))
        raise SimulationError(f"{method} {path}: {last} after {attempt + 1} tries in {PATIENCE_SECONDS:.0f} s")

    def _bearer(self) -> str:
        with self._lock:
            if time.monotonic() >= self._renew_at:
                self._renew()
            return self._token

    def _renew(self) -> None:
        response = self._http.post("/oauth/token", data=self._grant)
        if response.status_code >= 500:
            response.raise_for_status()  # an httpx.HTTPError: tried again as any call
        if response.status_code != 200:
            raise SimulationError(f"POST /oauth/token: {response.status_code} {response.text[:200]}")
        body = response.json()
        self._token = body["access_token"]
        self._renew_at = time.monotonic() + max(5, int(body["expires_in"]) - 60)


def _is_passing(response: httpx.Response) -> bool:
    """True for an answer that says: the same request again, later. A 409 is one only where it names a time."""
    if response.status_code == 409:
        return "Retry-After" in response.headers
    return response.status_code in RETRY_STATUSES


def _decoded(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError as error:
        raise SimulationError(f"{response.request.method} {response.request.url.path}: {response.status_code}, not JSON") from error
    return body if isinstance(body, dict) else {"results": body}


def _pause(attempt: int) -> float:
    return float(min(LONGEST_PAUSE_SECONDS, 0.1 * 2 ** min(attempt, 10)))
