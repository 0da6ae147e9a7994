"""HTTP to a PSP with a hard deadline, and the three kinds of silence told apart."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from cashier.psp.base import Credentials, PspError, PspTimeout, PspUnreachable

CONNECT_SECONDS = 3.0
MOST_ANSWER_BYTES = 8 * 1024 * 1024
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.LocalProtocolError)
NOT_TAKEN = frozenset({401, 403, 408, 429})  # turned away at the door: nothing was executed


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status and body of an answer below 500."""

    status: int
    body: dict[str, Any]

    @property
    def is_success(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300


class PspHttp:
    """One pool of connections, shared by all threads. Never follows redirects, never retries, reads no proxy settings."""

    def __init__(self) -> None:
        limits = httpx.Limits(max_connections=128, max_keepalive_connections=64, keepalive_expiry=30.0)
        self._client = httpx.Client(limits=limits, trust_env=False, follow_redirects=False)

    def send(
        self,
        credentials: Credentials,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """One request. Raises PspUnreachable (not sent, or turned away), PspTimeout (no answer), PspError (one that can't be used)."""
        deadline = time.monotonic() + credentials.timeout_seconds
        timeout = httpx.Timeout(
            credentials.timeout_seconds, connect=min(CONNECT_SECONDS, credentials.timeout_seconds), pool=CONNECT_SECONDS
        )
        request = self._client.build_request(
            method,
            credentials.base_url.rstrip("/") + path,
            json=body,
            params=params,
            headers={"Authorization": f"Bearer {credentials.secret}", **(headers or {})},
            timeout=timeout,
        )
        status, content = self._exchange(request, deadline)
        return _read(status, content)

    def _exchange(self, request: httpx.Request, deadline: float) -> tuple[int, bytes]:
        try:
            response = self._client.send(request, stream=True)
            try:
                return response.status_code, _content(response, deadline)
            finally:
                response.close()
        except NOT_SENT as error:
            raise PspUnreachable(f"{type(error).__name__}: {error}") from error
        except httpx.TimeoutException as error:
            raise PspTimeout(f"no answer from {request.url.host} in time") from error
        except httpx.HTTPError as error:
            raise PspTimeout(f"the connection broke: {type(error).__name__}: {error}") from error


def _content(response: httpx.Response, deadline: float) -> bytes:
    content = b""
    for chunk in response.iter_bytes():
        content += chunk
        if time.monotonic() > deadline:
            raise PspTimeout("the answer was still coming at the deadline")
        if len(content) > MOST_ANSWER_BYTES:
            raise PspError("the answer is too long", status=response.status_code)
    return content


def _read(status: int, content: bytes) -> HttpAnswer:
    if status in NOT_TAKEN:
        raise PspUnreachable(f"turned away with {status}")
    if status >= 500 or 300 <= status < 400:
        raise PspError(f"answered {status}", status=status)
    try:
        body = json.loads(content)
    except ValueError as error:
        raise PspError(f"answered {status} with something that is not JSON", status=status) from error
    if not isinstance(body, dict):
        raise PspError(f"answered {status} with something that is not an object", status=status)
    return HttpAnswer(status=status, body=body)
