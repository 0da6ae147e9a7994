"""A user's side: join the supervisor of a data directory, or start one."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from config.local_servers.directory import CHECKOUT, local_directory, make_directory, read_run_file
from config.local_servers.probes import check_given_servers
from config.local_servers.problems import LocalServersError, check_disk, os_problem, tail_of

START_SECONDS = 180
_held: "dict[Path, Lease]" = {}


@dataclass
class Lease:
    """Our use of the servers of one directory. Ends with `close()`, or with this process."""

    directory: Path
    connection: socket.socket
    environment: dict[str, str]
    pids: dict[str, int]

    def close(self) -> None:
        self.connection.close()
        _held.pop(self.directory, None)


def ensure(*, directory: Path | None = None, export: bool = True) -> Lease | None:
    """Make both servers answer and put their addresses into the environment (unless `export` is False).

    Returns None when DATABASE_URL and REDIS_URL name them already. Otherwise the lease, which lasts until it is closed or this
    process ends. Raises LocalServersError: one line that says what to do.
    """
    needs = [name for name, variable in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL")) if not os.environ.get(variable)]
    check_given_servers(os.environ)
    if not needs:
        os.environ.setdefault("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
        return None
    place = (directory or local_directory()).resolve()
    try:
        lease = _held.get(place) or _join_or_start(place, needs)
    except OSError as error:
        raise os_problem(error, place) from error
    _held[place] = lease
    if export:
        os.environ.update(lease.environment)
    return lease


def leave_all() -> None:
    """Close every lease of this process."""
    for lease in list(_held.values()):
        lease.close()


def _join_or_start(directory: Path, needs: list[str]) -> Lease:
    make_directory(directory)
    supervisor: subprocess.Popen[bytes] | None = None
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        lease = _join(directory, needs)
        if lease is not None:
            return lease
        if supervisor is None or supervisor.poll() is not None:
            supervisor = _start_again(directory, supervisor)
        time.sleep(0.05)
    raise LocalServersError(
        f"The embedded servers of {directory} did not answer in {START_SECONDS} seconds (log: {directory / 'servers.log'})."
    )


def _start_again(directory: Path, previous: subprocess.Popen[bytes] | None) -> subprocess.Popen[bytes]:
    if previous is not None and previous.returncode != 0:
        said = tail_of(directory / "servers.log", 600).strip().splitlines()
        raise LocalServersError(said[-1] if said else "The supervisor of the embedded servers ended at once.")
    check_disk(directory)
    with (directory / "servers.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "config.local_servers", str(directory)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=CHECKOUT,
            start_new_session=True,
        )


def _join(directory: Path, needs: list[str]) -> Lease | None:
    """Ask the supervisor for the servers; None when there is none, or it is just leaving."""
    path = read_run_file(directory).get("socket")
    if not path:
        return None
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(START_SECONDS)
    try:
        connection.connect(path)
        connection.sendall(json.dumps({"need": needs, "pid": os.getpid()}).encode() + b"\n")
        answer = _read_line(connection)
    except OSError:
        answer = b""
    if not answer:
        connection.close()
        return None
    said = json.loads(answer)
    if said.get("error"):
        connection.close()
        raise LocalServersError(said["error"])
    return Lease(directory=directory, connection=connection, environment=said["environment"], pids=said["pids"])


def _read_line(connection: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"\n"):
        piece = connection.recv(65536)
        if not piece:
            return b""
        received += piece
    return received
