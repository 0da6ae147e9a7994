"""`make check`: every check in turn; all run, then the verdict. Exit 1 when one failed."""

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
NOT_RUN = "NOT RUN"

# A production environment that lacks nothing, so that whatever `check --deploy` says is said of the product.
PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(64),
    "AUDIT_SIGNING_KEY": "/run/secrets/audit.pem",
    "AUDIT_ARCHIVE_DIR": "/srv/audit",
    "ALLOWED_HOSTS": "countroom.example",
    "CSRF_TRUSTED_ORIGINS": "https://countroom.example",
    "SIMULATION": "false",
    "DEBUG": "false",
    "SECURE_TLS": "true",
    "BEHIND_TLS_PROXY": "true",
}


def main() -> int:
    results = [(name, *_timed(command, environment)) for name, command, environment in _checks()]
    results.append(("dependency audit", *_audit()))
    print("\n" + "\n".join(f"{verdict:8} {name} ({seconds:.1f} s)" for name, verdict, seconds in results))
    return 1 if any(verdict == "FAILED" for _, verdict, _ in results) else 0


def _checks() -> list[tuple[str, list[str], dict[str, str]]]:
    manage = [sys.executable, "manage.py"]
    return [
        ("format", [str(BIN / "ruff"), "format", "--check", "."], {}),
        ("ruff", [str(BIN / "ruff"), "check", "."], {}),
        ("types", [str(BIN / "mypy")], {}),
        ("import contracts", [str(BIN / "lint-imports")], {}),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], {}),
        ("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ]


def _timed(command: list[str], environment: dict[str, str]) -> tuple[str, float]:
    began = time.monotonic()
    print(f"--- {' '.join(Path(command[0]).name if i == 0 else word for i, word in enumerate(command))}", flush=True)
    done = subprocess.run(command, cwd=CHECKOUT, env={**os.environ, **environment}, check=False)
    return ("ok" if done.returncode == 0 else "FAILED"), time.monotonic() - began


def _audit() -> tuple[str, float]:
    """Known vulnerabilities of the locked packages, where the service that knows them can be reached."""
    began = time.monotonic()
    locks = [word for name in ("requirements.txt", "requirements-embedded.txt") for word in ("-r", name)]
    command = [
        str(BIN / "pip-audit"),
        "--progress-spinner",
        "off",
        "--disable-pip",
        "--no-deps",
        "--require-hashes",
        "--timeout",
        "10",
        *locks,
    ]
    print("--- pip-audit", flush=True)
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    if done.returncode == 0:
        return "ok", seconds
    if "found" in (done.stdout + done.stderr).lower() and "known vulnerab" in (done.stdout + done.stderr).lower():
        print(done.stdout + done.stderr)
        return "FAILED", seconds
    lines = (done.stderr or done.stdout).strip().splitlines()
    print(f"{NOT_RUN}: the vulnerability service can't be reached ({lines[-1][:200] if lines else 'no answer'})")
    return NOT_RUN, seconds


if __name__ == "__main__":
    sys.exit(main())
