"""One POST to an endpoint: no redirects, no proxies, one deadline over all, a bounded answer, and only to addresses that were judged."""

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore

from cashier.outgoing.addresses import AddressRefused, check_url, resolve

MOST_ANSWER_BYTES = 16 * 1024
CONNECT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it. `status` None: no answer, `error` says why. `body`: the first bytes only."""

    status: int | None
    body: bytes
    error: str
    duration_ms: int


def post(url: str, *, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
    """Send it, and say what came back within `seconds`. Never raises: silence is an answer too."""
    began = time.monotonic()
    try:
        check_url(url)
        status, content = _exchange(url, headers, body, ends_at=began + seconds)
    except AddressRefused as error:
        return _silence(began, str(error))
    except (httpcore.TimeoutException, TimeoutError):
        return _silence(began, f"no answer within {seconds:g} seconds")
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError, ValueError) as error:
        return _silence(began, f"{type(error).__name__}: {error}")
    return Answer(status, content, "", _since(began))


def _exchange(url: str, headers: Mapping[str, str], body: bytes, *, ends_at: float) -> tuple[int, bytes]:
    pool = httpcore.ConnectionPool(ssl_context=_tls(), network_backend=_Judged(ends_at), keepalive_expiry=0)
    with pool, pool.stream("POST", url, headers=list(headers.items()), content=body) as response:
        content = b""
        for part in response.iter_stream():
            content += part
            if len(content) >= MOST_ANSWER_BYTES:
                break
        return response.status, content[:MOST_ANSWER_BYTES]


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class _Judged(httpcore.NetworkBackend):
    """Connects to an address that `resolve` has judged, and gives every read and write what is left of the deadline."""

    def __init__(self, ends_at: float) -> None:
        self._ends_at = ends_at
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        problem: Exception = OSError("no address")
        for address in resolve(host, port):
            try:
                stream = self._real.connect_tcp(address, port, timeout=min(_left(self._ends_at), CONNECT_SECONDS))
                return _Timed(stream, self._ends_at)
            except httpcore.ConnectError as error:
                problem = error
        raise problem

    def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None) -> Any:
        raise AddressRefused("A socket of the machine is not called.")


class _Timed(httpcore.NetworkStream):
    """A stream whose every step ends when the deadline does: an answer that drips in byte by byte ends too."""

    def __init__(self, stream: httpcore.NetworkStream, ends_at: float) -> None:
        self._stream, self._ends_at = stream, ends_at

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=_left(self._ends_at))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=_left(self._ends_at))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, timeout=_left(self._ends_at))
        return _Timed(stream, self._ends_at)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(ends_at: float) -> float:
    seconds = ends_at - time.monotonic()
    if seconds <= 0:
        raise httpcore.ReadTimeout("the deadline passed")
    return seconds


def _silence(began: float, error: str) -> Answer:
    return Answer(None, b"", error[:300], _since(began))


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
