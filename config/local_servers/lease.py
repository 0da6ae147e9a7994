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
STOP_SECONDS = 20
_held: "dict[Path, Lease]" = {}
_supervisors: "dict[int, subprocess.Popen[bytes]]" = {}


@dataclass
class Lease:
    """Our use of the servers of one directory. Ends with `close()`, or with this process."""

    directory: Path
    connection: socket.socket
    environment: dict[str, str]
    pids: dict[str, int]

    def close(self, *, wait: bool = False) -> None:
        """Leave. With `wait`, and if we are the last user, return when the servers are gone."""
        pid = self.pids["servers"] if wait and self._is_last() else 0
        self.connection.close()
        _held.pop(self.directory, None)
        deadline = time.monotonic() + STOP_SECONDS
        while pid and _is_there(pid) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _is_last(self) -> bool:
        try:
            answer = _ask(self.connection, [])
        except OSError:
            return False
        return bool(answer) and json.loads(answer)["users"] == 1


def ensure(*, directory: Path | None = None, export: bool = True, ask_redis: bool = True) -> Lease | None:
    """Make both servers answer and put their addresses into the environment (unless `export` is False).

    Servers that DATABASE_URL and REDIS_URL name are asked whether they can be used, the Redis only with `ask_redis`.
    Returns None when both are named. Otherwise the lease, which lasts until it is closed or this
    process ends. Raises LocalServersError: one line that says what to do.
    """
    needs = [name for name, variable in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL")) if not os.environ.get(variable)]
    check_given_servers(os.environ, ask_redis=ask_redis)
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
    """Close every lease of this process; servers whose last user we were are gone when this returns."""
    for lease in list(_held.values()):
        lease.close(wait=True)


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
        started = subprocess.Popen(
            [sys.executable, "-m", "config.local_servers", str(directory)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=CHECKOUT,
            start_new_session=True,
        )
    _supervisors[started.pid] = started
    return started


def _join(directory: Path, needs: list[str]) -> Lease | None:
    """Ask the supervisor for the servers; None when there is none, or it is just leaving."""
    path = read_run_file(directory).get("socket")
    if not path:
        return None
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(START_SECONDS)
    try:
        connection.connect(path)
        answer = _ask(connection, needs)
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


def _ask(connection: socket.socket, needs: list[str]) -> bytes:
    connection.sendall(json.dumps({"need": needs}).encode() + b"\n")
    return _read_line(connection)


def _is_there(pid: int) -> bool:
    """False also for a child of ours that has ended."""
    if _supervisors.get(pid) is not None:
        return _supervisors[pid].poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _read_line(connection: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"\n"):
        piece = connection.recv(65536)
        if not piece:
            return b""
        received += piece
    return received
