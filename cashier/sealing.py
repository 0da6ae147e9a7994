"""Encryption of personal data and of evidence files (S4, S6): AES-256-GCM under keys that a key from the environment wraps.

The wrapping key is IDENTITY_KEY (32 bytes as base64, or the path of a file with them); without one it is derived from
SECRET_KEY. IDENTITY_PREVIOUS_KEYS still unwrap while keys rotate. A data key that is destroyed takes its data with it.
"""

import base64
import functools
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
NONCE_BYTES = 12


class CannotUnseal(Exception):
    """No key that we hold opens it, or it was changed."""


def new_wrapped_key(*, owner: str) -> bytes:
    """A new random data key, wrapped for `owner` (a public id): it opens for no other owner."""
    return seal(AESGCM.generate_key(bit_length=256), key=wrapping_keys()[0], owner=owner)


def unwrap_key(wrapped: bytes, *, owner: str) -> bytes:
    """The data key. Raises CannotUnseal."""
    for key in wrapping_keys():
        try:
            return unseal(wrapped, key=key, owner=owner)
        except CannotUnseal:
            continue
    raise CannotUnseal(f"no key in hand opens the key of {owner}")


def seal(content: bytes, *, key: bytes, owner: str) -> bytes:
    """Nonce and ciphertext; `owner` is bound to it."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, owner.encode())


def unseal(sealed: bytes, *, key: bytes, owner: str) -> bytes:
    """The content. Raises CannotUnseal."""
    try:
        return AESGCM(key).decrypt(bytes(sealed[:NONCE_BYTES]), bytes(sealed[NONCE_BYTES:]), owner.encode())
    except InvalidTag as error:
        raise CannotUnseal(f"what is sealed for {owner} does not open") from error


def lookup_hash(text: str, *, purpose: str) -> str:
    """A keyed hash of a normalised text, to find equal values (an e-mail address) without storing them."""
    key = derive(wrapping_keys()[0], f"lookup {purpose}")
    return hmac.new(key, text.strip().lower().encode(), "sha256").hexdigest()


def wrapping_keys() -> tuple[bytes, ...]:
    return load_wrapping_keys(settings.IDENTITY_KEY, tuple(settings.IDENTITY_PREVIOUS_KEYS), settings.SECRET_KEY)


@functools.lru_cache(maxsize=4)
def load_wrapping_keys(current: str, previous: tuple[str, ...], secret_key: str) -> tuple[bytes, ...]:
    first = read_key(current) if current else derive(secret_key.encode(), "identity")
    return (first, *(read_key(source) for source in previous))


def read_key(source: str) -> bytes:
    """A key from base64 text, or from the path of a file that holds it."""
    text = Path(source).read_text() if os.path.isfile(source) else source
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError as error:
        raise ImproperlyConfigured("IDENTITY_KEY is not base64: make one with `openssl rand -base64 32`.") from error
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured("IDENTITY_KEY is not 32 bytes: make one with `openssl rand -base64 32`.")
    return key


def derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"countroom {purpose}".encode()).derive(secret)
