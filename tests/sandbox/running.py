"""A real sandbox process and a receiver of its webhooks, for tests."""

import hashlib
import hmac
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

CHECKOUT = Path(__file__).resolve().parent.parent.parent
SECRETS = {"SANDBOX_EU": "first-secret", "SANDBOX_EU2": "second-secret"}
BANKS = {
    "BANK_EUR": {"iban": "MT84MALT011000012345MTLCAST001S", "currency": "EUR", "format": "camt053", "opening_minor": 25_000_000},
    "BANK_SEK": {"iban": "SE4550000000058398257466", "currency": "SEK", "format": "mt940", "opening_minor": 900_000},
    "BANK_GBP": {"iban": "GB29NWBK60161331926819", "currency": "GBP", "format": "camt053", "camt_version": "02", "opening_minor": 0},
}
SETTLEMENT = {bank["currency"]: code for code, bank in BANKS.items()}
ACCOUNTS: dict[str, Any] = {
    "merchant_accounts": [
        {"code": "SANDBOX_EU", "secret": SECRETS["SANDBOX_EU"], "settlement": SETTLEMENT},
        {"code": "SANDBOX_EU2", "secret": SECRETS["SANDBOX_EU2"], "pricing": "icpp", "settlement": SETTLEMENT},
    ],
    "bank_accounts": [{"code": code, **bank} for code, bank in BANKS.items()],
}
_numbers = itertools.count(1)


def fresh(prefix: str) -> str:
    """A reference that no other test uses."""
    return f"{prefix}{os.getpid()}x{next(_numbers)}"


def eventually(condition: Callable[[], Any], *, seconds: float = 60.0) -> Any:
    """The condition's first true value; its last value after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.03)
    return value


class Receiver:
    """Takes webhooks on a free port, checks every signature, keeps the bodies in the order of arrival."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.signers: list[str] = []  # of each event, the merchant account
        self.bad: list[str] = []
        self.nonces: list[str] = []
        self.status = 200
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:  # the sender died in the middle: nothing was received
                    return
                receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
                self.send_response(receiver.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/psp"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def take(self, headers: dict[str, str], body: bytes) -> None:
        """Check as a receiver must (INTERFACES.md 3), then keep."""
        secret = SECRETS[headers["x-merchant-account"]].encode()
        signed = f"{headers['x-timestamp']}.{headers['x-nonce']}.".encode() + body
        if headers["x-signature"] != "sha256=" + hmac.new(secret, signed, hashlib.sha256).hexdigest():
            self.bad.append("signature")
        if abs(time.time() - int(headers["x-timestamp"])) > 300:
            self.bad.append("time")
        self.nonces.append(headers["x-nonce"])
        if self.status == 200:
            with self._lock:
                self.events.append(json.loads(body))
                self.signers.append(headers["x-merchant-account"])

    def of(self, reference: str) -> list[dict[str, Any]]:
        """The events about one intent, refund or payout of ours, in order."""
        return [event for event in list(self.events) if reference in (event["merchant_reference"], event["intent_id"])]

    def names(self, reference: str) -> list[str]:
        """Their names."""
        return [event["event"] for event in self.of(reference)]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class RunningSandbox:
    """`python -m config.sandbox` on a free port, and calls to it as merchant account SANDBOX_EU."""

    def __init__(self, data: Path, *, webhook_url: str = "", pace: float = 1.0, accounts: dict[str, Any] = ACCOUNTS) -> None:
        self.data = data
        self.accounts = accounts
        self.pace = pace
        self.webhook_url = webhook_url
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start the process (again); returns when it listens."""
        self.data.mkdir(parents=True, exist_ok=True)
        secrets = self.data / "secrets.json"
        secrets.write_text(json.dumps(self.accounts))
        command = [sys.executable, "-m", "config.sandbox", "--port", str(self.port), "--data", str(self.data), "--secrets", str(secrets)]
        command += ["--pace", str(self.pace)]
        command += ["--webhook-url", self.webhook_url] if self.webhook_url else []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[-1]
        self.port = int(self.url.rpartition(":")[2])
        self.http = httpx.Client(
            base_url=self.url, timeout=30.0, trust_env=False, headers={"Authorization": f"Bearer {SECRETS['SANDBOX_EU']}"}
        )

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self._gone()

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        self.process.terminate()
        return self._gone()

    def _gone(self) -> int:
        code = self.process.wait(60)
        self.http.close()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def post(self, path: str, body: dict[str, Any], *, key: str = "", **options: Any) -> httpx.Response:
        """A write, under a key of its own unless one is given."""
        return self.http.post(path, json=body, headers={"Idempotency-Key": key or fresh("key")}, **options)

    def pay(self, token: str, *, reference: str = "", amount_minor: int = 5000, currency: str = "EUR", **fields: Any) -> dict[str, Any]:
        """A payment; its body as answered."""
        answer = self.post("/v1/payments", payment_body(token, reference=reference, amount_minor=amount_minor, currency=currency, **fields))
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def refund(self, payment: dict[str, Any], amount_minor: int, *, reference: str = "") -> httpx.Response:
        """A refund on the payment's first capture."""
        body = {
            "merchant_reference": reference or fresh("rf_"),
            "capture_id": payment["captures"][0]["capture_id"],
            "amount": {"minor_units": amount_minor, "currency": payment["amount"]["currency"]},
        }
        return self.post(f"/v1/payments/{payment['psp_ref']}/refunds", body)

    def pay_out(self, token: str, *, reference: str = "", amount_minor: int = 2000, **options: Any) -> httpx.Response:
        """A payout."""
        amount = {"minor_units": amount_minor, "currency": "EUR"}
        body = {"merchant_reference": reference or fresh("po_"), "amount": amount, "destination_token": token}
        return self.post("/v1/payouts", body, **options)

    def look_up(self, **query: str) -> dict[str, Any] | None:
        """The lookup's body, None for 404."""
        answer = self.http.get("/v1/lookup", params=query)
        return None if answer.status_code == 404 else answer.json()

    def state_of(self, reference: str) -> str:
        """The state of a payment, refund or payout of ours; empty where it is unknown."""
        found = self.look_up(merchant_reference=reference)
        return found[found["kind"]]["state"] if found else ""

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A /_sim call that must succeed."""
        answer = self.http.request(method, f"/_sim/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return dict(answer.json())

    def settle_jobs(self) -> None:
        """Wait until every job is done, whoever is told."""
        assert eventually(lambda: self.control("GET", "outbox")["due_jobs"] == 0, seconds=120)

    def settle_down(self) -> None:
        """Wait until every job is done and every event delivered."""

        def is_quiet() -> bool:
            outbox = self.control("GET", "outbox")
            return bool(outbox["pending"] == 0 and outbox["due_jobs"] == 0)

        assert eventually(is_quiet, seconds=120), self.control("GET", "outbox")


def payment_body(
    token: str, *, reference: str = "", amount_minor: int = 5000, currency: str = "EUR", capture: str = "auto", **fields: Any
) -> dict[str, Any]:
    """The body of POST /v1/payments."""
    return {
        "merchant_reference": reference or fresh("pi_"),
        "amount": {"minor_units": amount_minor, "currency": currency},
        "payment_token": token,
        "method": "card",
        "capture": capture,
        **fields,
    }
