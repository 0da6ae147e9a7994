"""Comparing HMACs in constant time, whatever was sent. Pure."""

import base64
import binascii
import hashlib
import hmac


def hex_of(key: bytes, signed: bytes) -> str:
    return hmac.new(key, signed, hashlib.sha256).hexdigest()


def base64_of(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_same(expected: str, given: str) -> bool:
    """Equal texts; the time does not depend on where they differ."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def hex_key(text: str) -> bytes | None:
    """A key written in hexadecimal, as Adyen gives it out; None where it is not."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def base64_key(text: str) -> bytes | None:
    """A key written in base64; None where it is not."""
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
