"""The variables a working copy needs besides the servers: keys and the like, made once per data directory (environment.json, 0600).

A production environment sets them itself (docs/configuration.md); nothing here replaces a variable that is set.
"""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from config.local_servers.directory import make_directory, write_private

FILE = "environment.json"

FIXED = {
    "SIMULATION": "true",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "SECURE_TLS": "false",
}
GENERATED: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "METRICS_TOKEN": lambda: secrets.token_urlsafe(32),
}


def load_environment(directory: Path) -> dict[str, str]:
    """The variables of this data directory; those that it lacks are made and stored."""
    file = make_directory(directory) / FILE
    stored: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    places = {
        "SECRETS_DIR": str(make_directory(directory / "secrets", mode=0o700)),
        "FILES_DIR": str(directory / "files"),
        "AUDIT_SIGNING_KEY": make_signing_key(directory / "secrets" / "audit_signing_key.pem"),
        "AUDIT_ARCHIVE_DIR": str(directory / "audit"),
    }
    whole = FIXED | places | stored | {name: make() for name, make in GENERATED.items() if name not in stored}
    if whole != stored:
        write_private(file, json.dumps(whole, indent=2) + "\n")
    return whole


def make_signing_key(path: Path) -> str:
    """Make an Ed25519 key at `path` unless one is there: a working copy signs its audit log with a key of its own. Returns the path."""
    if not path.exists():
        key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(path, key.decode())
    return str(path)


def apply_environment(directory: Path) -> None:
    """Set what the environment lacks, where this is a working copy: no SECRET_KEY and no server of one's own, or `make run` was here."""
    if os.environ.get("SECRET_KEY") or (os.environ.get("DATABASE_URL") and not (directory / FILE).exists()):
        return
    for name, value in load_environment(directory).items():
        os.environ.setdefault(name, value)
