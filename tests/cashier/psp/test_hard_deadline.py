"""A call ends at its deadline, whatever the other side does (C8)."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from cashier.psp.base import Credentials, PspTimeout
from cashier.psp.transport import Call, Transport

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
    server.listener.close()


@pytest.mark.spec("C8")
def test_a_server_that_sends_a_byte_now_and_then_is_late_all_the_same(trickling: Trickling) -> None:
    transport = Transport()
    call = Call.begin(Credentials("ACC", trickling.url, "secret", DEADLINE_SECONDS))

    began = time.monotonic()
    with pytest.raises(PspTimeout):
        transport.exchange(call, "POST", trickling.url, content=b"{}")

    assert DEADLINE_SECONDS - 0.1 < time.monotonic() - began < DEADLINE_SECONDS + 0.5
