"""The supervisor's loop: prepare, start, watch, stop. One process, one thread, nothing outlives it."""

import contextlib
import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from config.local_servers import ensure, leave_all, read_run_file
from config.local_servers.directory import CHECKOUT, make_directory, update_run_file
from config.local_servers.environment import load_environment
from config.local_servers.launch import Watchdog, spawn
from config.ports import claim, prefer
from config.supervisor.child import Child, ProcessFailed
from config.supervisor.ending import raise_if_asked
from config.supervisor.fingerprint import fingerprint
from config.supervisor.processes import Places, Process, all_processes

READY_SECONDS = 90.0
STOP_SECONDS = 10.0
TICK_SECONDS = 0.1
URL_NAMES = ("web", "events", "sandbox")


class AlreadyRuns(Exception):
    """A stack runs in this directory; the message says where it answers."""


class PreparationFailed(Exception):
    """Tables, roles or rows could not be made; the message holds the reason and the log."""


class Supervision:
    """The stack of one data directory, owned by this process."""

    def __init__(self, directory: Path, *, port: int, host: str, say: Callable[[str], None]) -> None:
        self.directory = make_directory(directory.resolve())
        self.log_directory = make_directory(self.directory / "log", mode=0o755)
        self.say = say
        self.port = port
        self.host = host
        self.children: list[Child] = []
        self.lock: IO[str] | None = None
        self.watchdog: Watchdog | None = None
        self.environment: dict[str, str] = {}

    def start(self, *, seed: bool = True) -> None:
        """Returns when every process is ready. Raises AlreadyRuns, PortInUse, LocalServersError, PreparationFailed, ProcessFailed."""
        self.lock = self._take_lock()
        self.places = self._choose_places()
        self.is_embedded = not os.environ.get("DATABASE_URL")
        ensure(directory=self.directory)
        self.environment = self._common_environment()
        self.watchdog = Watchdog()
        self._publish_urls()
        self._prepare(seed=seed)
        self._start_processes(all_processes(self.places))
        update_run_file(self.directory, ready=True)

    def tick(self) -> None:
        """Mend what died; call it often. Raises ProcessFailed when a process can't be kept alive, Ended when a signal came."""
        raise_if_asked()
        for child in self.children:
            if child.mend():
                self.say(f"{child.process.name} ended ({child.last_words()}) and was started again")
                update_run_file(self.directory, pids={child.process.name: child.pid})

    def stop(self) -> None:
        """End every process, then the embedded servers if nobody else uses them, and wait for all."""
        for child in self.children:
            child.end()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.wait_end(deadline)
        if self.watchdog is not None:
            self.watchdog.close()
        if self.lock is not None:
            names = ["supervisor", *(child.process.name for child in self.children)]
            update_run_file(self.directory, remove={"urls": list(URL_NAMES), "pids": names}, ready=False)
            leave_all()
            self.lock.close()

    def finish(
        self,
        command: Sequence[str],
        *,
        log: Path | None = None,
        output: IO[bytes] | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> int:
        """Run a command with the stack's environment to its end, mending processes meanwhile. Returns its exit code.

        Without `log` a person looks on: the command's progress stays on the terminal, and of its log only what is wrong.
        """
        assert self.watchdog is not None
        environment = self.environment if log is not None else {"LOG_LEVEL": "WARNING", **self.environment}
        running = spawn(command, watchdog=self.watchdog, log=log, output=output, environment=environment, directory=CHECKOUT)
        try:
            while running.poll() is None:
                self.tick()
                if meanwhile is not None:
                    meanwhile()
                time.sleep(TICK_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()
            self.watchdog.forget(running.pid)
        return running.returncode

    def _choose_places(self) -> Places:
        """The web's port as asked; the others keep the one of last time, for the database remembers their addresses."""
        known: Mapping[str, int] = read_run_file(self.directory).get("ports", {})
        web = claim(self.port, host=self.host)
        events = prefer(known.get("events", 0), web + 1)
        sandbox = prefer(known.get("sandbox", 0), web + 2)
        return Places(directory=self.directory, host=self.host, web_port=web, events_port=events, sandbox_port=sandbox)

    def _common_environment(self) -> dict[str, str]:
        urls = self.places.urls
        return {
            **load_environment(self.directory),
            **os.environ,
            "COUNTROOM_LOCAL_DIR": str(self.directory),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PUBLIC_URL": urls["web"],
            "SANDBOX_URL": urls["sandbox"],
            "STREAM_ORIGIN": urls["events"],
            "PYTHONUNBUFFERED": "1",
        }

    def _publish_urls(self) -> None:
        urls = {"database": "DATABASE_URL", "database_owner": "DATABASE_OWNER_URL", "redis": "REDIS_URL"}
        servers = {name: os.environ[variable] for name, variable in urls.items()}
        ports = {"events": self.places.events_port, "sandbox": self.places.sandbox_port}
        update_run_file(self.directory, urls={**servers, **self.places.urls}, ports=ports, pids={"supervisor": os.getpid()}, ready=False)

    def _start_processes(self, processes: Sequence[Process]) -> None:
        assert self.watchdog is not None
        shutil.rmtree(self.places.counted, ignore_errors=True)  # of processes that are gone
        make_directory(self.places.counted)
        children = [
            Child(process, environment=self.environment, log_directory=self.log_directory, watchdog=self.watchdog) for process in processes
        ]
        for child in children:
            child.start()
            self.children.append(child)
        self._await_ready(children)
        update_run_file(self.directory, pids={child.process.name: child.pid for child in children})

    def _await_ready(self, children: list[Child]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        waiting = list(children)
        while waiting:
            self.tick()
            waiting = [child for child in waiting if not child.is_ready()]
            if waiting and time.monotonic() > deadline:
                late = waiting[0]
                raise ProcessFailed(f"{late.process.name} is not ready after {READY_SECONDS:.0f} s: {late.last_words()} (log: {late.log})")
            time.sleep(TICK_SECONDS if waiting else 0)

    def _prepare(self, *, seed: bool) -> None:
        """Tables, roles, static files, rows. Left out where the embedded database saw the same code at the last start."""
        done, now = self.directory / "prepared", fingerprint(self.environment, seed=seed)
        if self.is_embedded and done.exists() and done.read_text() == now:
            return
        log = self.log_directory / "prepare.log"
        log.unlink(missing_ok=True)
        command = [sys.executable, "-m", "config.supervisor.preparation", *([] if seed else ["--no-seed"])]
        if self.finish(command, log=log) == 0:
            done.write_text(now)
        else:
            lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
            raise PreparationFailed(f"Preparing the database failed: {lines[-1].strip() if lines else 'no reason given'} (log: {log})")

    def _take_lock(self) -> IO[str]:
        file = (self.directory / "stack.lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            run = read_run_file(self.directory)
            where, pid = run.get("urls", {}).get("web", "?"), run.get("pids", {}).get("supervisor", "?")
            raise AlreadyRuns(f"Countroom already runs here: {where} (process {pid}). Use it, or stop it first with Ctrl-C.") from error
        return file
