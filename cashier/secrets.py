"""Secrets of merchant accounts: from the environment or from files, never from the database (S4).

A secret is named <secret_ref>_<PURPOSE>. The environment variable of that name wins, else the file of that name in
SECRETS_DIR. While a secret rotates it holds several values, one per line, the newest first: the first is used to sign and
to call, all are tried when we verify. A client certificate is a PEM file with the certificate and its key; its variable
names the file.

No secret, key or certificate may serve two merchant accounts (C16): `find_shared` tells which do.
"""

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings


class Purpose(StrEnum):
    API_KEY = "API_KEY"
    WEBHOOK_SECRET = "WEBHOOK_SECRET"
    WEBHOOK_PUBLIC_KEY = "WEBHOOK_PUBLIC_KEY"  # Ed25519, 32 bytes as base64
    CLIENT_CERTIFICATE = "CLIENT_CERTIFICATE"  # a PEM file, for providers that want mutual TLS
    SFTP_PASSWORD = "SFTP_PASSWORD"
    SFTP_KEY = "SFTP_KEY"  # a private key, PEM or OpenSSH; its variable names the file
    OUTGOING_SECRET = "OUTGOING_SECRET"  # of an endpoint that we call, in Standard Webhooks' form: whsec_<base64>


LISTED = (Purpose.API_KEY, Purpose.WEBHOOK_SECRET, Purpose.WEBHOOK_PUBLIC_KEY)


class MissingSecret(Exception):
    """No value for this secret in the environment or in SECRETS_DIR."""


class BadCertificate(Exception):
    """The file of a client certificate can't be read as one."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A value that several merchant accounts hold: what it is at the first of them, and the codes of all."""

    purpose: Purpose
    codes: tuple[str, ...]


def read_secrets(secret_ref: str, purpose: Purpose) -> list[str]:
    """Every value of the secret, the newest first; empty where there is none.

    Read anew at each call, so that a rotated secret needs no restart.
    """
    name = f"{secret_ref}_{purpose}"
    text = os.environ.get(name) or _read_file(name)
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_secret(secret_ref: str, purpose: Purpose) -> str:
    """The newest value of the secret. Raises MissingSecret."""
    values = read_secrets(secret_ref, purpose)
    if not values:
        raise MissingSecret(f"set {secret_ref}_{purpose} in the environment, or put a file of that name into SECRETS_DIR")
    return values[0]


def key_text(secret_ref: str) -> str:
    """The private key with which we sign in at an SFTP server, as text; "" where there is none."""
    name = f"{secret_ref}_{Purpose.SFTP_KEY}"
    if named := os.environ.get(name):
        return Path(named).read_text(encoding="utf-8")
    return _read_file(name)


def certificate_path(secret_ref: str) -> str:
    """The PEM file with the account's client certificate and key; "" where it has none."""
    name = f"{secret_ref}_{Purpose.CLIENT_CERTIFICATE}"
    if named := os.environ.get(name):
        return named
    path = Path(settings.SECRETS_DIR) / name if settings.SECRETS_DIR else None
    return str(path) if path is not None and path.is_file() else ""


def certificate_ends_at(secret_ref: str) -> datetime | None:
    """Until when the account's client certificate is valid; None where it has none. Raises BadCertificate."""
    certificate = _certificate(secret_ref)
    return certificate.not_valid_after_utc if certificate else None


def find_shared(refs: Mapping[str, str]) -> list[Shared]:
    """Values that two of these accounts hold, whatever for; `refs` maps account codes to their secret_ref. Raises BadCertificate."""
    holders: dict[bytes, list[tuple[str, Purpose]]] = defaultdict(list)
    for code, ref in refs.items():
        for digest, purpose in _digests(ref).items():
            holders[digest].append((code, purpose))
    return [Shared(held[0][1], tuple(code for code, _ in held)) for held in holders.values() if len(held) > 1]


def _digests(secret_ref: str) -> dict[bytes, Purpose]:
    """Hashes of all that this account holds. Of a certificate its public key: a new certificate for an old key is no new secret."""
    found = {sha256(value.encode()).digest(): purpose for purpose in LISTED for value in read_secrets(secret_ref, purpose)}
    certificate = _certificate(secret_ref)
    if certificate is not None:
        key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        found[sha256(key).digest()] = Purpose.CLIENT_CERTIFICATE
    return found


def _certificate(secret_ref: str) -> x509.Certificate | None:
    path = certificate_path(secret_ref)
    if not path:
        return None
    try:
        return x509.load_pem_x509_certificate(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise BadCertificate(f"{secret_ref}_{Purpose.CLIENT_CERTIFICATE} is no PEM certificate") from error


def _read_file(name: str) -> str:
    if not settings.SECRETS_DIR:
        return ""
    try:
        return (Path(settings.SECRETS_DIR) / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
