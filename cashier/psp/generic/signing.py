"""Signatures of our requests, the canonical way (INTERFACES.md 3): over "<timestamp>.<nonce>.<body>", by HMAC-SHA256 or Ed25519.

The secret of the account says which: "ed25519:" and the 32 bytes of the private key as base64, else an HMAC key as it is.
"""

import base64
import hashlib
import hmac
import secrets
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519 = "ed25519:"


class BadKey(ValueError):
    """The Ed25519 key is not 32 bytes of base64."""


def signed_headers(secret: str, account: str, body: bytes) -> dict[str, str]:
    """The four headers. Time and nonce are real and new each time. Raises BadKey."""
    timestamp, nonce = str(int(time.time())), secrets.token_urlsafe(24)
    signed = f"{timestamp}.{nonce}.".encode() + body
    return {"X-Merchant-Account": account, "X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": _signature(secret, signed)}


def _signature(secret: str, signed: bytes) -> str:
    if not secret.startswith(ED25519):
        return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    try:
        key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret.removeprefix(ED25519), validate=True))
    except ValueError as error:
        raise BadKey("an Ed25519 key is 32 bytes as base64") from error
    return "ed25519=" + base64.b64encode(key.sign(signed)).decode()
