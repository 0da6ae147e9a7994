"""A provider that speaks the plain signed protocol (docs/psps.md): a door that checks signature, time and nonce, before a sandbox."""

import base64
import hashlib
import time
from typing import Any

import httpx

from cashier.webhooks.signatures import is_in_window, is_signed, read_headers
from tests.cashier.psp.servers.base import Answer, LocalServer, Request, Silence

SECRET = "generic-shared-secret"
PATHS = {
    "authorize": "/v1/payments",
    "capture": "/v1/payments/{psp_ref}/captures",
    "void": "/v1/payments/{psp_ref}/void",
    "refund": "/v1/payments/{psp_ref}/refunds",
    "payout": "/v1/payouts",
    "evidence": "/v1/disputes/{dispute_id}/evidence",
    "accept": "/v1/disputes/{dispute_id}/accept",
}
ENVELOPE = ("act", "merchant_account", "idempotency_key", "trace_id")


class GenericServer(LocalServer):
    """Holds nothing itself. Keys with "ed25519" in front are checked with `public_key` (base64)."""

    def __init__(self, sandbox_url: str, sandbox_secret: str) -> None:
        super().__init__()
        self.public_key = ""
        self.nonces: set[str] = set()
        self._sandbox = httpx.Client(
            base_url=sandbox_url, headers={"Authorization": f"Bearer {sandbox_secret}"}, trust_env=False, timeout=30.0
        )

    def answer(self, request: Request) -> Answer:
        """Silent where the sandbox is."""
        try:
            return self._answer(request)
        except httpx.TimeoutException as silent:
            raise Silence(0) from silent

    def _answer(self, request: Request) -> Answer:
        body = request.json()
        if not self._is_ours(request, body):
            return 401, {"error": "UNAUTHORIZED", "message": "signature, time or nonce"}
        fields = {name: value for name, value in body.items() if name not in ENVELOPE}
        if body["act"] == "lookup":
            fields["idempotency_key"] = fields.pop("of_idempotency_key", "")
            return _read(self._sandbox.get("/v1/lookup", params={name: value for name, value in fields.items() if value}))
        if body["act"] == "evidence":
            fields["files"] = [_checked(file) for file in fields["files"]]
        path = PATHS[body["act"]].format(**fields)
        status, answer = _read(self._sandbox.post(path, json=fields, headers={"Idempotency-Key": body["idempotency_key"]}))
        return status, answer.get("capture", answer) if body["act"] == "capture" else answer

    def _is_ours(self, request: Request, body: dict[str, Any]) -> bool:
        names = {"account": "x-merchant-account", "timestamp": "x-timestamp", "nonce": "x-nonce", "signature": "x-signature"}
        headers = read_headers(**{name: request.headers.get(header) for name, header in names.items()})
        with self.lock:
            is_fresh = headers.nonce not in self.nonces
            self.nonces.add(headers.nonce)
        keys = [self.public_key] if self.public_key else []
        is_right = is_signed(headers, request.body, secrets=[SECRET], public_keys=keys) and is_in_window(headers.timestamp, at=time.time())
        return is_right and is_fresh and body["act"] == request.path.strip("/") and body["merchant_account"] == headers.account_code

    def close(self) -> None:
        super().close()
        self._sandbox.close()


def _read(answer: httpx.Response) -> Answer:
    return answer.status_code, answer.json()


def _checked(file: dict[str, str]) -> dict[str, Any]:
    """The sandbox reads no files: the door does."""
    content = base64.b64decode(file.pop("content"))
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    return {**file, "size": len(content)}
