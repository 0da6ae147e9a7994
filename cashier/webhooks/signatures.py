"""The canonical signature of webhooks (W2). Pure but for the clock that is passed in; comparisons take constant time."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WINDOW_SECONDS = 300
NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
TIMESTAMP = re.compile(r"[0-9]{1,12}")
ACCOUNT = re.compile(r"[ -~]{1,64}")
MOST_SIGNATURES = 8


class MalformedHeaders(Exception):
    """A header is missing, or not of its form."""


@dataclass(frozen=True, slots=True)
class SignedHeaders:
    """The headers of a signed webhook. `signatures`: (scheme, value) in the order given."""

    account_code: str
    timestamp: int
    nonce: str
    signatures: tuple[tuple[str, str], ...]


def read_headers(*, account: str | None, timestamp: str | None, nonce: str | None, signature: str | None) -> SignedHeaders:
    """The four headers, checked for form only. Raises MalformedHeaders."""
    if not account or not timestamp or not nonce or not signature:
        raise MalformedHeaders("X-Merchant-Account, X-Timestamp, X-Nonce and X-Signature are needed")
    if not TIMESTAMP.fullmatch(timestamp) or not NONCE.fullmatch(nonce) or not ACCOUNT.fullmatch(account):
        raise MalformedHeaders("X-Timestamp is Unix seconds, X-Nonce 16 to 64 of A-Za-z0-9_-")
    pairs = tuple(_pair(part) for part in signature.split(",", MOST_SIGNATURES)[:MOST_SIGNATURES])
    return SignedHeaders(account, int(timestamp), nonce, pairs)


def is_in_window(timestamp: int, *, at: float) -> bool:
    """Whether the timestamp is at most five minutes from `at` (real time), either way."""
    return abs(at - timestamp) <= WINDOW_SECONDS


def is_signed(headers: SignedHeaders, body: bytes, *, secrets: Sequence[str], public_keys: Sequence[str]) -> bool:
    """Whether any signature was made over "<timestamp>.<nonce>.<body>" with any of our secrets or keys; all are tried."""
    signed = f"{headers.timestamp}.{headers.nonce}.".encode() + body
    found = False
    for scheme, value in headers.signatures:
        for secret in secrets if scheme == "sha256" else ():
            found |= _is_hmac(value, signed, secret)
        for key in public_keys if scheme == "ed25519" else ():
            found |= is_signed_by(key, value, signed)
    return found


def sign(secret: str, *, timestamp: int, nonce: str, body: bytes) -> str:
    """The X-Signature header for a body, with an HMAC secret."""
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.{nonce}.".encode() + body, hashlib.sha256).hexdigest()


def _pair(part: str) -> tuple[str, str]:
    scheme, is_given, value = part.strip().partition("=")
    if not is_given or scheme not in ("sha256", "ed25519"):
        raise MalformedHeaders("X-Signature is sha256=<hex> or ed25519=<base64>")
    return scheme, value


def _is_hmac(value: str, signed: bytes, secret: str) -> bool:
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), value.encode())


def is_signed_by(public_key: str, value: str, signed: bytes) -> bool:
    """Whether `value` (base64) is the Ed25519 signature of these bytes by this key (32 bytes as base64)."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(value, validate=True), signed)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
