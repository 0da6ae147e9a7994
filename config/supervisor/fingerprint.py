"""What a prepared database depends on, as one hash: where nothing of it changed, a start has nothing to prepare."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from config.local_servers.directory import CHECKOUT

FOLDERS = ("ledger", "cashier", "disputes", "reconciliation", "config", "templates")
VARIABLES = ("DATABASE_APP_URL", "PUBLIC_URL", "SANDBOX_URL", "STREAM_ORIGIN", "STATIC_ROOT", "SECRETS_DIR", "SIMULATION")


def fingerprint(environment: Mapping[str, str], *, seed: bool) -> str:
    """Of the code, the locks, the addresses that seeding writes down, and the database."""
    digest = hashlib.sha256(f"{seed}".encode())
    for variable in VARIABLES:
        digest.update(f"{variable}={environment.get(variable, '')}\0".encode())
    for path in [CHECKOUT / "requirements.txt", *(file for folder in FOLDERS for file in _files(CHECKOUT / folder))]:
        state = path.stat()
        digest.update(f"{path.relative_to(CHECKOUT)}:{state.st_size}:{state.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        found += [Path(place, name) for name in sorted(names)]
    return found
