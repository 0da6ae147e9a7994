"""Servers that misbehave: which silence is which. A real socket each time."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from cashier.psp import AuthorizeRequest, Credentials, PspError, PspTimeout, PspUnreachable
from cashier.psp.base import UnknownProvider
from cashier.psp.registry import get_adapter

pytestmark = pytest.mark.spec("C8")
REQUEST = AuthorizeRequest("key", "pi_1", 100, "EUR", "tok_approve")


@contextmanager
def _server(answer: bytes | None) -> Iterator[str]:
    """Reads a request, then sends `answer` and closes; None: closes at once. Whoever else looks in keeps nobody waiting."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            if answer is not None:
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):  # a close with anything unread resets the connection, and takes the answer with it
                    pass

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _answer(status: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


@pytest.mark.parametrize("provider", ["sandbox", "generic", "stripe", "adyen"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (None, PspTimeout),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", PspTimeout),
        (_answer("503 Service Unavailable", b"{}"), PspError),
        (_answer("302 Found", b""), PspError),
        (_answer("201 Created", b"<html>"), PspError),
        (_answer("201 Created", b"[]"), PspError),
        (_answer("201 Created", b'{"state": "CAPTURED"}'), PspError),
        (_answer("201 Created", b'{"state": "NEVER_HEARD_OF"}'), PspError),
        (_answer("401 Unauthorized", b"{}"), PspUnreachable),
        (_answer("429 Too Many Requests", b"{}"), PspUnreachable),
    ],
)
def test_answers_that_cant_be_used(provider: str, answer: bytes | None, error: type[Exception]) -> None:
    with _server(answer) as url, pytest.raises(error):
        get_adapter(provider).authorize(Credentials("SANDBOX_EU", url, "secret", 20.0), REQUEST)


@pytest.mark.parametrize("provider", ["sandbox", "generic", "stripe", "adyen"])
def test_nobody_listens_is_unreachable(provider: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(PspUnreachable):
        get_adapter(provider).authorize(Credentials("SANDBOX_EU", f"http://127.0.0.1:{port}", "secret", 20.0), REQUEST)


def test_secrets_stay_out_of_what_is_printed() -> None:
    assert "s3cret" not in repr(Credentials("SANDBOX_EU", "http://127.0.0.1", "s3cret", 2.0))


def test_an_unknown_provider_has_no_adapter() -> None:
    with pytest.raises(UnknownProvider):
        get_adapter("nobody")
