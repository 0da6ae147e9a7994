"""The port behind which signing keys are kept (S4): a file or the environment here, a KMS or HSM elsewhere.

settings.AUDIT_SIGNER names the class, a dotted path; another site writes its own with these two methods.
"""

from dataclasses import dataclass
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Signature:
    """`key_id`: first 16 hex digits of the SHA-256 of the raw public key. `value`: 64 bytes, Ed25519 (RFC 8032)."""

    key_id: str
    value: bytes


class Signer(Protocol):
    def sign(self, message: bytes) -> Signature:
        """Sign with the current key. Raises ImproperlyConfigured where there is none."""

    def verify(self, message: bytes, signature: Signature) -> bool:
        """Whether a key that is trusted here made this signature; False for an unknown key."""


def get_signer() -> Signer:
    """The signer that settings name."""
    return cast(Signer, import_string(settings.AUDIT_SIGNER)())
