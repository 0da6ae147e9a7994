"""A stack from the outside: start one for one's own time, or find the one that runs."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from config.local_servers import local_directory, read_run_file
from config.local_servers.directory import CHECKOUT
from config.local_servers.environment import load_environment

STOP_SECONDS = 40
SERVER_VARIABLES = {"database": "DATABASE_URL", "database_owner": "DATABASE_OWNER_URL", "redis": "REDIS_URL"}


class StackError(Exception):
    """The stack could not be started; the message is the supervisor's one line."""


@dataclass(frozen=True, slots=True)
class RunningStack:
    """A stack that is up: {"web", "sandbox", "events", "database", "database_owner", "redis"} urls, pids by process name."""

    directory: Path
    urls: dict[str, str]
    pids: dict[str, int]

    @property
    def environment(self) -> dict[str, str]:
        """os.environ with what a command needs to work on this stack."""
        servers = {variable: self.urls[name] for name, variable in SERVER_VARIABLES.items() if name in self.urls}
        places = {"COUNTROOM_LOCAL_DIR": str(self.directory), "PUBLIC_URL": self.urls["web"], "SANDBOX_URL": self.urls["sandbox"]}
        return {**load_environment(self.directory), **os.environ, **servers, **places, "STREAM_ORIGIN": self.urls["events"]}

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `manage.py …` on this stack; stdout and stderr are captured."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=CHECKOUT, env=self.environment, capture_output=True, text=True, check=False)

    def pid_of(self, name: str) -> int:
        """The present pid of a process: it changes when the supervisor started it again."""
        return int(read_run_file(self.directory)["pids"][name])


def find_running(directory: Path | None = None) -> RunningStack | None:
    """The stack of this data directory (default: COUNTROOM_LOCAL_DIR or `.local`) if its supervisor lives and all is started."""
    place = (directory or local_directory()).resolve()
    run = read_run_file(place)
    urls, pids = run.get("urls", {}), run.get("pids", {})
    if not run.get("ready") or not _is_supervisor(pids.get("supervisor", 0)):
        return None
    return RunningStack(directory=place, urls=urls, pids=pids)


class Stack:
    """Starts a stack on entry and stops it on exit; it ends with us too, however we end.

    `environment` replaces variables: give DATABASE_URL and DATABASE_OWNER_URL to use a given database, an empty DATABASE_URL and
    REDIS_URL for embedded servers of its own. `port` 0 takes a free one. `seed` False leaves the database without demonstration rows.
    """

    def __init__(
        self, *, directory: Path | None = None, port: int = 0, environment: Mapping[str, str] | None = None, seed: bool = True
    ) -> None:
        self.directory = (directory or local_directory()).resolve()
        self.command = [sys.executable, "-m", "config.supervisor", "serve", "--directory", str(self.directory), "--port", str(port)]
        self.command += [] if seed else ["--no-seed"]
        self.given = dict(environment or {})
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> RunningStack:
        with tempfile.TemporaryFile("w+") as complaints:
            self.process = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env={**os.environ, **self.given},
                stdin=subprocess.PIPE,  # its end tells the supervisor that we are gone
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                start_new_session=True,
            )
            assert self.process.stdout is not None
            ready = self.process.stdout.readline()
            if not ready:
                self.process.wait()
                complaints.seek(0)
                lines = complaints.read().strip().splitlines()
                raise StackError(lines[-1] if lines else "the supervisor ended without a word")
        said = json.loads(ready)
        return RunningStack(directory=self.directory, urls=said["urls"], pids=said["pids"])

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop all processes of the stack and wait for their end."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process = None

    def started(self) -> Self:
        """Start without a `with`; the caller calls `stop`."""
        self.__enter__()
        return self


def _is_supervisor(pid: int) -> bool:
    """A live process of that number; on Linux also one that is a supervisor, for numbers are used again."""
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    command = Path(f"/proc/{pid}/cmdline")
    return not command.exists() or b"config.supervisor" in command.read_bytes()
