"""One supervised process: started, asked whether it is ready, started again after a crash, stopped."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from config.local_servers.directory import CHECKOUT
from config.local_servers.launch import Watchdog, spawn
from config.local_servers.problems import tail_of
from config.supervisor.processes import Process

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
STEADY_SECONDS = 60.0
LARGEST_LOG_BYTES = 10 * 1024 * 1024


class ProcessFailed(Exception):
    """A process ends again and again, or never gets ready. The message names it and its log."""


class Child:
    """Not thread-safe: one loop owns it."""

    def __init__(self, process: Process, *, environment: Mapping[str, str], log_directory: Path, watchdog: Watchdog) -> None:
        self.process = process
        self.environment = {**environment, **process.environment}
        self.log = log_directory / f"{process.name}.log"
        self.watchdog = watchdog
        self.running: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.started_at = 0.0
        self.again_at = 0.0

    @property
    def pid(self) -> int:
        return self.running.pid if self.running is not None else 0

    def start(self) -> None:
        self._rotate_log()
        if self.process.ready_file:
            ready = Path(self.process.ready_file)
            ready.parent.mkdir(exist_ok=True)
            ready.unlink(missing_ok=True)
        self.running = spawn(self.process.command, log=self.log, watchdog=self.watchdog, environment=self.environment, directory=CHECKOUT)
        self.started_at = time.monotonic()

    def is_ready(self) -> bool:
        if self.running is None or self.running.poll() is not None:
            return False
        if self.process.ready_file:
            return Path(self.process.ready_file).exists()
        return _answers(self.process.health_url)

    def mend(self) -> bool:
        """Start it again if it died, after a pause that grows. True when its pid changed. Raises ProcessFailed after the last pause."""
        if self.running is not None and self.running.poll() is not None:
            self._plan_restart()
        if self.running is not None or not self.again_at or time.monotonic() < self.again_at:
            return False
        self.again_at = 0.0
        self.start()
        return True

    def end(self) -> None:
        """Ask it to stop; `wait_end` waits."""
        self.again_at = 0.0
        if self.running is not None and self.running.poll() is None:
            self.running.send_signal(signal.SIGTERM)

    def wait_end(self, deadline: float) -> None:
        """Kill what is left of its process group at `deadline` (monotonic seconds)."""
        if self.running is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.running.wait(max(0.0, deadline - time.monotonic()))
        self._kill_group()
        self.running = None

    def last_words(self) -> str:
        lines = [line for line in tail_of(self.log).splitlines() if line.strip()]
        return lines[-1].strip()[:300] if lines else "it said nothing"

    def _plan_restart(self) -> None:
        self._kill_group()
        self.running = None
        self.failures = 0 if time.monotonic() - self.started_at > STEADY_SECONDS else self.failures
        if self.failures >= len(PAUSES):
            raise ProcessFailed(f"{self.process.name} ends again and again: {self.last_words()} (log: {self.log})")
        self.again_at = time.monotonic() + PAUSES[self.failures]
        self.failures += 1

    def _kill_group(self) -> None:
        if self.running is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()
        self.watchdog.forget(self.running.pid)

    def _rotate_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))


def _answers(url: str) -> bool:
    """Any answer below 500 is a living process."""
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "127.0.0.1", place.port, timeout=3)
    try:
        connection.request("GET", place.path or "/")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
