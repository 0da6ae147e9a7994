"""HTTP to any provider: one hard deadline per call, no retries, and the kinds of silence told apart.

Every adapter goes through here, the official SDKs too: they build and read, this sends. A client certificate makes a pool of
its own, made anew when the file changes, so that it can be rotated without a restart (C16).
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import httpcore
import httpx

from cashier.psp.base import Credentials, PspError, PspTimeout, PspUnreachable
from cashier.psp.deadlines import HardBackend, ending_at

CONNECT_SECONDS = 3.0
MOST_ANSWER_BYTES = 8 * 1024 * 1024
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.LocalProtocolError)
NOT_TAKEN = frozenset({401, 403, 408, 429})  # turned away at the door: nothing was executed


@dataclass(frozen=True, slots=True)
class Call:
    """One act of the protocol and its deadline (monotonic seconds); it may take several requests."""

    credentials: Credentials
    ends_at: float

    @classmethod
    def begin(cls, credentials: Credentials) -> "Call":
        """The clock starts now."""
        return cls(credentials, time.monotonic() + credentials.timeout_seconds)

    def left(self) -> float:
        """Seconds left; raises PspUnreachable where there are none: what is next was not sent."""
        seconds = self.ends_at - time.monotonic()
        if seconds <= 0:
            raise PspUnreachable("the deadline passed before this request")
        return seconds


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Transport:
    """Pools of connections, shared by all threads. Never follows redirects, never retries, reads no proxy settings."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._clients: dict[tuple[str, float], httpx.Client] = {}

    def exchange(self, call: Call, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """One request. Raises PspUnreachable (not sent), PspTimeout (no answer), PspError (one that is too long)."""
        seconds = call.left()
        timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds), pool=min(CONNECT_SECONDS, seconds))
        try:
            client = self._client(call.credentials.client_certificate)
            request = client.build_request(method, url, content=content or None, headers=headers, timeout=timeout)
        except (httpx.InvalidURL, OSError, ValueError) as error:
            raise PspUnreachable(f"can't be sent: {error}") from error
        return _send(client, request, call.ends_at)

    def take(self, call: Call, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """exchange(), for an answer below 500: turned away raises PspUnreachable, a server's failure or a redirect PspError."""
        reply = self.exchange(call, method, url, content=content, headers=headers)
        if reply.status in NOT_TAKEN:
            raise PspUnreachable(f"turned away with {reply.status}")
        if reply.status >= 500 or 300 <= reply.status < 400:
            raise PspError(f"answered {reply.status}", status=reply.status)
        return reply

    def _client(self, certificate: str) -> httpx.Client:
        changed_at = Path(certificate).stat().st_mtime if certificate else 0.0
        with self._lock:
            client = self._clients.get((certificate, changed_at))
            if client is None:
                client = self._clients[certificate, changed_at] = _new_client(certificate)
        return client


def read_object(reply: Reply) -> dict[str, Any]:
    """The JSON object of a reply. Raises PspError for anything else."""
    try:
        body = json.loads(reply.content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise PspError(f"answered {reply.status} with something that is not JSON", status=reply.status) from error
    if not isinstance(body, dict):
        raise PspError(f"answered {reply.status} with something that is not an object", status=reply.status)
    return body


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _new_client(certificate: str) -> httpx.Client:
    context = httpx.create_ssl_context()  # the usual authorities, or those of SSL_CERT_FILE
    if certificate:
        context.load_cert_chain(certificate)
    transport = httpx.HTTPTransport(verify=context, trust_env=False)
    transport._pool = httpcore.ConnectionPool(
        ssl_context=context, max_connections=128, max_keepalive_connections=64, keepalive_expiry=30.0, network_backend=HardBackend()
    )
    return httpx.Client(transport=transport, trust_env=False, follow_redirects=False)


def _send(client: httpx.Client, request: httpx.Request, ends_at: float) -> Reply:
    try:
        with ending_at(ends_at):
            response = client.send(request, stream=True)
            try:
                return Reply(response.status_code, response.headers, _content(response, ends_at))
            finally:
                response.close()
    except NOT_SENT as error:
        raise PspUnreachable(f"{type(error).__name__}: {error}") from error
    except httpx.TimeoutException as error:
        raise PspTimeout(f"no answer from {request.url.host} in time") from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise PspTimeout(f"the connection broke: {type(error).__name__}: {error}") from error


def _content(response: httpx.Response, ends_at: float) -> bytes:
    content = b""
    for chunk in response.iter_bytes():
        content += chunk
        if time.monotonic() > ends_at:
            raise PspTimeout("the answer was still coming at the deadline")
        if len(content) > MOST_ANSWER_BYTES:
            raise PspError("the answer is too long", status=response.status_code)
    return content
