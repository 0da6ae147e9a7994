"""The data directory (`.local/`, for tests `.local/test/`) and its run.json: who runs here, and where it answers."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent.parent
RUN_FILE = "run.json"


def local_directory(*parts: str) -> Path:
    """COUNTROOM_LOCAL_DIR, or `.local` in the checkout; `parts` name a directory below it."""
    base = os.environ.get("COUNTROOM_LOCAL_DIR")
    return Path(base).resolve().joinpath(*parts) if base else CHECKOUT.joinpath(".local", *parts)


def make_directory(path: Path, *, mode: int = 0o711) -> Path:
    """Create `path`. The mode is set whatever the umask is, for the servers may run as another user and must pass through."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
    return path


def read_run_file(directory: Path) -> dict[str, Any]:
    """{"urls": {name: url}, "pids": {name: pid}, ...}; empty when nothing was ever started here."""
    try:
        content = json.loads((directory / RUN_FILE).read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def update_run_file(directory: Path, *, remove: dict[str, list[str]] | None = None, **sections: Any) -> None:
    """Merge `sections` into run.json (mode 0600) and drop the keys of `remove`. Written whole, under a lock: two writers share the file."""
    with _locked(directory / "run.lock"):
        content = read_run_file(directory)
        for name, keys in (remove or {}).items():
            content[name] = {key: value for key, value in content.get(name, {}).items() if key not in keys}
        for name, value in sections.items():
            content[name] = {**content.get(name, {}), **value} if isinstance(value, dict) else value
        write_private(directory / RUN_FILE, json.dumps(content, indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads (0600), atomically."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as file:
        file.write(text)
    os.replace(temporary, path)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
