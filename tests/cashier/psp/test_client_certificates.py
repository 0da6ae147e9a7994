"""Mutual TLS (C16): a provider that wants our certificate gets the account's own; without it nothing is sent."""

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cashier.psp import Credentials, PspFailure, PspUnreachable
from cashier.psp.transport import Call, Transport
from tests.cashier.providers.certificates import Authority

pytestmark = pytest.mark.spec("C16")


class Handler(BaseHTTPRequestHandler):
    """Tells the caller by which name it came."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        subject: Any = self.connection.getpeercert()["subject"]  # type: ignore[attr-defined]
        content = json.dumps({"client": subject[0][0][1]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A handshake that fails is what some of these tests want."""


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    return made


@pytest.fixture
def address(authority: Authority) -> Iterator[str]:
    """A server that speaks to nobody without a certificate of this authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.client("server.pem"))
    context.load_verify_locations(authority.path)
    context.verify_mode = ssl.CERT_REQUIRED
    server = QuietServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def get(transport: Transport, address: str, certificate: Path | str = "") -> dict[str, str]:
    credentials = Credentials("MTLS_EU", address, "secret", 5.0, str(certificate))
    body: dict[str, str] = json.loads(transport.exchange(Call.begin(credentials), "GET", address).content)
    return body


def test_each_account_comes_with_its_own_certificate(address: str, authority: Authority) -> None:
    transport = Transport()
    for name in ("first.pem", "second.pem"):
        assert get(transport, address, authority.client(name)) == {"client": name}


def test_without_one_there_is_no_answer(address: str) -> None:
    with pytest.raises(PspFailure):
        get(Transport(), address)


def test_a_certificate_that_was_replaced_is_used_without_a_restart(address: str, authority: Authority) -> None:
    transport, path = Transport(), authority.client("first.pem")
    assert get(transport, address, path) == {"client": "first.pem"}
    authority.client("newer.pem").replace(path)
    assert get(transport, address, path) == {"client": "newer.pem"}


@pytest.mark.parametrize("content", ["", "not a certificate"])
def test_a_file_that_is_none_sends_nothing(address: str, tmp_path: Path, content: str) -> None:
    broken = tmp_path / "broken.pem"
    if content:
        broken.write_text(content)
    with pytest.raises(PspUnreachable):
        get(Transport(), address, broken)
