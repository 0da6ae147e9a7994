"""A PSP whose own time is known: every payment takes the same and is captured, or never answers. Counts what it was asked.

POST /ok/v1/payments answers after DELAY_SECONDS; anything under /hang is never answered; GET /calls gives the counts.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from urllib.request import urlopen

from config.ports import free_port
from ledger.clock import real_now

DELAY_SECONDS = 0.05
HANG_SECONDS = 30.0
CARD_FIELDS = ("decline_code", "eci", "cavv", "ds_trans_id", "three_ds_version", "avs", "cvv")


@dataclass(frozen=True, slots=True)
class Psp:
    """Where it answers."""

    port: int

    def url(self, behaviour: str) -> str:
        return f"http://127.0.0.1:{self.port}/{behaviour}"

    def calls(self, behaviour: str) -> int:
        """How often it was called so far under this behaviour."""
        with urlopen(f"http://127.0.0.1:{self.port}/calls", timeout=10) as answer:
            return int(json.load(answer).get(behaviour, 0))


@contextmanager
def running_psp() -> Iterator[Psp]:
    """In a process of its own, so that it takes nothing of ours."""
    psp = Psp(free_port())
    process = get_context("spawn").Process(target=serve, args=(psp.port,), daemon=True)
    process.start()
    try:
        _wait_for(psp)
        yield psp
    finally:
        process.terminate()
        process.join(10)


def serve(port: int) -> None:
    counts: Counter[str] = Counter()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            self._behave(payment(body, self.headers.get("Idempotency-Key", "")), 201)

        def do_GET(self) -> None:
            if self.path == "/calls":
                return self._answer(counts, 200)
            return self._behave({"error": "NOT_FOUND", "message": "unknown"}, 404)

        def _behave(self, body: object, status: int) -> None:
            behaviour = self.path.split("/")[1]
            with lock:
                counts[behaviour] += 1
            time.sleep(HANG_SECONDS if behaviour == "hang" else DELAY_SECONDS)
            self._answer(body, status)

        def _answer(self, body: object, status: int) -> None:
            content = json.dumps(body).encode()
            head = f"HTTP/1.1 {status} .\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
            self.wfile.write(head.encode() + content)

        def log_message(self, format: str, *given: object) -> None:
            """A line per request says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.serve_forever()


def payment(body: dict[str, object], key: str) -> dict[str, object]:
    """A captured payment, as the sandbox words it."""
    at, reference = real_now().isoformat(), str(body.get("merchant_reference", ""))
    capture = {
        "capture_id": f"c_{key}", "merchant_reference": reference, "state": "SUCCEEDED", "amount": body.get("amount"), "occurred_at": at,
    }  # fmt: skip
    return {
        "psp_ref": f"p_{key}", "merchant_reference": reference, "idempotency_key": key, "state": "CAPTURED", "amount": body.get("amount"),
        "captures": [capture], "refunds": [], "disputes": [], "action": None, "occurred_at": at, **dict.fromkeys(CARD_FIELDS, ""),
    }  # fmt: skip


def _wait_for(psp: Psp) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            psp.calls("ok")
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("The PSP of the benchmark did not come up.")
