"""`make test-pg15`: the ledger's and the reconciliation's tests on a PostgreSQL 15 of this machine, started for that time."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from config.local_servers.launch import Watchdog, server_account, spawn
from config.ports import free_port

PLACES = ("/usr/lib/postgresql/15/bin", "/usr/pgsql-15/bin", "/opt/homebrew/opt/postgresql@15/bin", "/usr/local/opt/postgresql@15/bin")
TESTS = ["tests/ledger", "tests/reconciliation"]


def main() -> int:
    binaries = _find()
    if binaries is None:
        print(
            f"countroom: no PostgreSQL 15 in {', '.join(PLACES)}: install it (Debian 12: apt-get install postgresql-15).", file=sys.stderr
        )
        return 1
    with tempfile.TemporaryDirectory(prefix="countroom-pg15-") as place:
        watchdog = Watchdog()
        try:
            urls = _start(binaries, Path(place), watchdog)
            command = [sys.executable, "-m", "pytest", "-n", "2", *(sys.argv[1:] or TESTS)]
            return subprocess.run(command, env={**os.environ, **urls}, check=False).returncode
        finally:
            watchdog.close()


def _find() -> Path | None:
    return next((Path(place) for place in PLACES if Path(place, "postgres").exists()), None)


def _start(binaries: Path, place: Path, watchdog: Watchdog) -> dict[str, str]:
    """initdb, start, roles. Returns DATABASE_OWNER_URL and DATABASE_URL."""
    account, data, password, port = server_account(), place / "data", secrets.token_urlsafe(16), free_port()
    (place / "password").write_text(password)
    place.chmod(0o755)
    data.mkdir(mode=0o700)
    if account is not None:
        for path in (data, place / "password"):
            shutil.chown(path, account.uid, account.gid)
    user = {} if account is None else {"user": account.uid, "group": account.gid}
    initdb = [
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        "admin",
        f"--pwfile={place / 'password'}",
        "-A",
        "scram-sha-256",
        "-E",
        "UTF8",
    ]
    subprocess.run([*initdb, "--locale=C.UTF-8"], check=True, capture_output=True, cwd=place, **user)  # type: ignore[call-overload]
    settings = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", f"port={port}", "-c", "max_connections=200"]
    command = [str(binaries / "postgres"), "-D", str(data), *settings]
    spawn(command, watchdog=watchdog, log=place / "log", account=account, directory=place, ends_by=signal.SIGINT)
    _make_roles(f"postgresql://admin:{password}@127.0.0.1:{port}/postgres", password)
    return {f"DATABASE_{kind}URL": f"postgresql://{role}:{password}@127.0.0.1:{port}/countroom" for kind, role in _ROLES.items()}


_ROLES = {"OWNER_": "countroom_owner", "": "countroom_app"}


def _make_roles(url: str, password: str) -> None:
    with _connect(url) as connection:
        for role, rights in (("countroom_owner", "CREATEDB CREATEROLE"), ("countroom_app", "")):
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(sql.Identifier(role), sql.SQL(rights), sql.Literal(password))
            )
        connection.execute("GRANT pg_monitor, pg_checkpoint, pg_signal_backend TO countroom_owner")
        connection.execute("GRANT countroom_app TO countroom_owner WITH ADMIN OPTION")
        connection.execute("CREATE DATABASE countroom OWNER countroom_owner")


def _connect(url: str) -> psycopg.Connection:
    for _ in range(200):
        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=2)
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise SystemExit("countroom: PostgreSQL 15 did not start")


if __name__ == "__main__":
    sys.exit(main())
