"""A local HTTP server for one provider: requests in, answers out, over a real socket."""

import json
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class Silence(Exception):
    """No answer for so many seconds; what was asked for may have been done."""

    def __init__(self, seconds: float = 1.0) -> None:
        self.seconds = seconds


@dataclass(frozen=True)
class Request:
    """One request as it came. Header names are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as an object."""
        return dict(json.loads(self.body or b"{}"))

    @property
    def key(self) -> str:
        """The idempotency key; "" for none."""
        return self.headers.get("idempotency-key", "")


Answer = tuple[int, dict[str, Any]]


class LocalServer:
    """Answers on a free port of this machine until closed. Subclasses answer(); one request at a time changes the state."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.seen: list[Request] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
                owner.seen.append(request)
                try:
                    status, answer = owner.answer(request)
                except Silence as silence:
                    time.sleep(silence.seconds)
                    self.close_connection = True
                    return
                content = json.dumps(answer).encode()
                self.send_response(status)
                if location := answer.get("_location"):
                    self.send_header("Location", location)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = serve

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A caller that went away is no error here; anything else is kept, and fails the close."""
                error = sys.exc_info()[1]
                if isinstance(error, Exception) and not isinstance(error, ConnectionError):
                    owner.errors.append(error)

        self.errors: list[Exception] = []
        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, request: Request) -> Answer:
        """Status and body. Raises Silence."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop listening; a defect of the server itself is told."""
        self._server.shutdown()
        self._server.server_close()
        assert not self.errors, self.errors
