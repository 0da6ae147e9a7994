"""Providers, as far as tests need them: each signs a delivery the way that it really does."""

import base64
import hashlib
import hmac
import json
from typing import Any

from cashier.webhooks.adyen.signature import signed_bytes
from ledger.clock import real_now

ADYEN_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def seconds() -> int:
    return int(real_now().timestamp())


def stripe_headers(body: bytes, secret: str = "first-secret", *, at: int | None = None) -> dict[str, str]:
    at = seconds() if at is None else at
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={at},v1={digest},v0={'0' * 64}"}


def standard_headers(body: bytes, secret: str = STANDARD_SECRET, *, message: str = "msg_1", at: int | None = None) -> dict[str, str]:
    at = seconds() if at is None else at
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.new(key, f"{message}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    return {"webhook-id": message, "webhook-timestamp": str(at), "webhook-signature": f"v1,{digest}"}


def hook_headers(body: bytes, secret: str = "first-secret", *, account: str = "SANDBOX_EU") -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Merchant-Account": account, "X-Signature": f"sha256={digest}"}


def adyen_item(key: str = ADYEN_KEY, **changes: Any) -> dict[str, Any]:
    """One signed notification item."""
    item: dict[str, Any] = {
        "additionalData": {},
        "amount": {"currency": "EUR", "value": 5000},
        "eventCode": "AUTHORISATION",
        "eventDate": "2026-03-10T10:00:00+01:00",
        "merchantAccountCode": "YOUR_MERCHANT_ACCOUNT",
        "merchantReference": "pi_x",
        "pspReference": "QFQTPCQ8HXSKGK82",
        "reason": "",
        "success": "true",
        **changes,
    }
    if key:
        digest = hmac.new(bytes.fromhex(key), signed_bytes(item), hashlib.sha256).digest()
        item["additionalData"] = {**item["additionalData"], "hmacSignature": base64.b64encode(digest).decode()}
    return item


def adyen_body(*items: dict[str, Any]) -> bytes:
    return json.dumps({"live": "false", "notificationItems": [{"NotificationRequestItem": item} for item in items]}).encode()


def stripe_body(kind: str, found: dict[str, Any], *, event_id: str = "evt_1") -> bytes:
    return json.dumps({"id": event_id, "object": "event", "type": kind, "created": 1773133200, "data": {"object": found}}).encode()
