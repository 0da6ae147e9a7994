"""A threaded HTTP/1.1 server for one WSGI application: keep-alive, one thread per connection, standard library only.

What it adds to wsgiref: connections stay open, answers leave in one packet, a request can be left unanswered (the application
puts `sandbox.drop` into the environment) and is let go as soon as the client hangs up.
"""

import io
import select
import socket
import socketserver
import sys
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

MOST_BODY_BYTES = 32 * 1024 * 1024
IDLE_SECONDS = 300

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class SandboxServer(ThreadingHTTPServer):
    """Listens on loopback. `serve_forever` until `shutdown`."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, address: tuple[str, int], application: Application) -> None:
        self.application = application
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without asking a name server who we are, as HTTPServer would."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: SandboxServer
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, format: str, *args: Any) -> None:
        """One line per request is noise; failures are logged where they happen."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if "chunked" in (self.headers.get("Transfer-Encoding") or "") or length > MOST_BODY_BYTES:
            self.close_connection = True
            self.send_error(411 if length == 0 else 413)
            return
        environ = self._environ(self.rfile.read(length))
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            started[:] = [status, headers]
            return lambda data: None

        content = b"".join(self.server.application(environ, start_response))
        is_gone = self._wait(environ.get("sandbox.delay", 0.0))
        if environ.get("sandbox.drop") or is_gone:
            self.close_connection = True
            return
        self._answer(status=started[0], headers=started[1], content=content)

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def _wait(self, seconds: float) -> bool:
        """Stay silent for `seconds`, or until the client hangs up: then True."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            readable, _, _ = select.select([self.connection], [], [], min(left, 1.0))
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return True
            if readable:  # the next request is already here: keep quiet all the same
                time.sleep(min(left, 0.1))
        return False

    def _answer(self, *, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(content)}"]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + (content if self.command != "HEAD" else b""))

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        headers = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in self.headers.items()}
        return {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": str(self.server.server_address[0]),
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **headers,
        }
