"""Signatures as standardwebhooks.com has them: `v1,<base64 HMAC-SHA256>` over "<id>.<timestamp>.<body>". Pure."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes of key material


class BadSigningSecret(ValueError):
    """A secret is not whsec_ and base64 of 24 to 64 bytes."""


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature, "v1,…". Raises BadSigningSecret."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def headers_of(secrets: Sequence[str], *, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a message; while a secret rotates one signature per secret, the newest first. Raises BadSigningSecret."""
    signatures = [sign(secret, message_id=message_id, timestamp=timestamp, body=body) for secret in secrets]
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": " ".join(signatures)}


def is_signed(header: str, secret: str, *, message_id: str, timestamp: int, body: bytes) -> bool:
    """Whether one of the header's v1 signatures was made with the secret. Constant time per signature; other versions are passed over."""
    expected = sign(secret, message_id=message_id, timestamp=timestamp, body=body).encode()
    found = False
    for given in header.split(" "):
        found |= hmac.compare_digest(given.encode(), expected)
    return found


def key_of(secret: str) -> bytes:
    """The bytes of a secret. Raises BadSigningSecret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSigningSecret("The secret is not base64.") from error
    if not SHORTEST <= len(key) <= LONGEST:
        raise BadSigningSecret(f"A secret has {SHORTEST} to {LONGEST} bytes, as base64 after {PREFIX}.")
    return key
