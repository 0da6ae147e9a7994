"""Secrets of merchant accounts: from the environment or from files, never from the database (S4).

A secret is named <secret_ref>_<PURPOSE>. The environment variable of that name wins, else the file of that name in
SECRETS_DIR. While a secret rotates it holds several values, one per line, the newest first: the first is used to sign and
to call, all are tried when we verify.
"""

import os
from enum import StrEnum
from pathlib import Path

from django.conf import settings


class Purpose(StrEnum):
    API_KEY = "API_KEY"
    WEBHOOK_SECRET = "WEBHOOK_SECRET"
    WEBHOOK_PUBLIC_KEY = "WEBHOOK_PUBLIC_KEY"  # Ed25519, 32 bytes as base64


class MissingSecret(Exception):
    """No value for this secret in the environment or in SECRETS_DIR."""


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


def _read_file(name: str) -> str:
    if not settings.SECRETS_DIR:
        return ""
    try:
        return (Path(settings.SECRETS_DIR) / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
