"""Ed25519 keys from a file or the environment: the signer of the audit log's heads (S4, S5)."""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ledger.canonical import sha256_hex
from ledger.signing import Signature

HOW = "make one with `openssl genpkey -algorithm ed25519 -out audit.pem`"


def _trusted() -> tuple[str, ...]:
    return tuple(settings.AUDIT_PUBLIC_KEYS)


@dataclass(frozen=True, slots=True)
class FileSigner:
    """`key`: private, PEM text or path of a PEM file; `trusted`: public keys, likewise, of earlier or foreign signers."""

    key: str = field(default_factory=lambda: str(settings.AUDIT_SIGNING_KEY))
    trusted: tuple[str, ...] = field(default_factory=_trusted)

    def sign(self, message: bytes) -> Signature:
        """Raises ImproperlyConfigured without a key, or with one that is no Ed25519 key."""
        if not self.key:
            raise ImproperlyConfigured(f"AUDIT_SIGNING_KEY is not set: {HOW}.")
        private = _private(self.key)
        return Signature(key_id_of(private.public_key()), private.sign(message))

    def verify(self, message: bytes, signature: Signature) -> bool:
        """Tries the key of that id among the own one and the trusted ones. Needs no private key where trusted ones are given."""
        for public in self._public_keys():
            if key_id_of(public) == signature.key_id:
                return _is_signed(public, message, signature.value)
        return False

    def _public_keys(self) -> list[Ed25519PublicKey]:
        own = [_private(self.key).public_key()] if self.key else []
        return own + [_public(source) for source in self.trusted]


def key_id_of(public: Ed25519PublicKey) -> str:
    """First 16 hex digits of the SHA-256 of the 32 raw bytes."""
    return sha256_hex(public.public_bytes_raw())[:16]


def _private(source: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(_pem(source, "AUDIT_SIGNING_KEY"), password=None)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"AUDIT_SIGNING_KEY is not a PEM key without a password: {HOW}.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured(f"AUDIT_SIGNING_KEY is not an Ed25519 key: {HOW}.")
    return key


def _public(source: str) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(_pem(source, "AUDIT_PUBLIC_KEYS"))
    except ValueError as error:
        raise ImproperlyConfigured("AUDIT_PUBLIC_KEYS holds no PEM key: `openssl pkey -in audit.pem -pubout` prints one.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ImproperlyConfigured("AUDIT_PUBLIC_KEYS holds a key that is not Ed25519.")
    return key


def _pem(source: str, name: str) -> bytes:
    if source.lstrip().startswith("-----BEGIN"):
        return source.strip().encode()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: {source} can't be read ({error.strerror}); give a PEM file's path or PEM text.") from error


def _is_signed(public: Ed25519PublicKey, message: bytes, value: bytes) -> bool:
    try:
        public.verify(value, message)
    except InvalidSignature:
        return False
    return True
