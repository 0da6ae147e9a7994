"""A call ends at its deadline, whatever the other side does (C8)."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from cashier.psp.base import Credentials, PspTimeout, PspUnreachable
from cashier.psp.transport import Call, Transport
from tests.lived import lived

DEADLINE_SECONDS = 1.5
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"


class Trickling:
    """A server that sends a byte every tenth of a second: never silent, never done. `at_once` bytes come first."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1/payments"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        try:
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._trickle, args=(connection,), daemon=True).start()
        except OSError:  # closed
            return

    def _trickle(self, connection: socket.socket) -> None:
        answer = HEAD + b" " * 1000
        try:
            connection.recv(65536)
            connection.sendall(answer[: self.at_once])
            for byte in answer[self.at_once : self.at_once + 50]:
                connection.sendall(bytes([byte]))
                time.sleep(0.1)
        except OSError:  # the caller has gone, as it should
            pass
        finally:
            connection.close()


@pytest.fixture(params=[0, 20, len(HEAD)], ids=["from the first byte", "in the headers", "in the body"])
def trickling(request: pytest.FixtureRequest) -> Iterator[Trickling]:
    server = Trickling(request.param)
    yield server
    server.listener.shutdown(socket.SHUT_RDWR)
    server.listener.close()


@pytest.mark.spec("C8")
def test_a_server_that_sends_a_byte_now_and_then_is_late_all_the_same(trickling: Trickling) -> None:
    transport = Transport()
    began = time.monotonic()
    with pytest.raises(PspTimeout):
        _send(transport, trickling.url)
    assert time.monotonic() - began > DEADLINE_SECONDS - 0.1


def _send(transport: Transport, url: str) -> None:
    """What this machine took too long to send at all says so (PspUnreachable), and is sent again."""
    for _ in range(5):
        call = Call.begin(Credentials("ACC", url, "secret", DEADLINE_SECONDS))
        try:
            with lived() as waited:
                transport.exchange(call, "POST", url, content=b"{}")
        except PspUnreachable:
            continue
        finally:
            assert waited.seconds < DEADLINE_SECONDS + 0.5
    pytest.fail("never sent")
