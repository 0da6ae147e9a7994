"""The operator's platform: a real HTTP server that remembers what it was sent and answers as the test says."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLDER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@dataclass(frozen=True)
class Heard:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def type(self) -> str:
        return str(self.message["type"])

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


Answer = tuple[int, dict[str, str], bytes]


class Platform:
    """`answer` is asked for each request, in turn; by default all are taken."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.paths: list[str] = []
        self.answer: Callable[[Heard], Answer] = lambda heard: (204, {}, b"")
        self.dripping = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hooks"

    def always(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.answer = lambda heard: (status, headers, body)

    def types(self) -> list[str]:
        return [heard.type for heard in self.heard]

    def close(self) -> None:
        self.dripping.clear()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                heard = Heard({name.lower(): value for name, value in self.headers.items()}, body)
                with platform._lock:
                    platform.heard.append(heard)
                    platform.paths.append(self.path)
                status, headers, content = platform.answer(heard)
                if platform.dripping.is_set():
                    return self._drip()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _drip(self) -> None:
                """An answer that comes a byte at a time, for as long as anyone listens."""
                try:
                    while platform.dripping.is_set():
                        self.wfile.write(b"H")
                        time.sleep(0.05)
                except OSError:
                    pass

            def log_message(self, *args: Any) -> None:
                pass

        return Handler
