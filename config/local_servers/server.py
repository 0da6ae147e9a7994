"""What both embedded servers have in common: a port of their own, a start that is waited for, a restart after a crash, a stop."""

import contextlib
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from config.local_servers.home import Home
from config.local_servers.launch import Watchdog, spawn
from config.local_servers.problems import LocalServersError, not_starting, tail_of
from config.ports import free_port, is_free

START_SECONDS = 120
STOP_SECONDS = 20
TRIES = 50
PAUSE_SECONDS = 0.2


class EmbeddedServer(ABC):
    """One server process. `start()` returns when it answers."""

    name: ClassVar[str]
    title: ClassVar[str]
    variable: ClassVar[str]
    ends_by: ClassVar[signal.Signals]

    def __init__(self, *, home: Home, log: Path, watchdog: Watchdog, port: int = 0) -> None:
        self.home = home
        self.log = log
        self.watchdog = watchdog
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self) -> None:
        """Make the data directory and files, once."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command line that serves on self.port."""

    @abstractmethod
    def answers(self) -> bool:
        """True once it takes work."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """The variables that users of this server get."""

    def start(self) -> None:
        """Start it and wait until it answers. Keeps the port of the last time where that is free."""
        self.prepare()
        for _ in range(TRIES):
            if not self.port or not is_free(self.port):
                self.port = free_port()
            if self._try_start():
                return
            time.sleep(PAUSE_SECONDS)
        raise not_starting(server=self.title, variable=self.variable, log=self.log)

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.ends_by)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.watchdog.forget(self.process.pid)
        self.process = None

    def is_down(self) -> bool:
        """True when it was started and ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def restart(self) -> None:
        """After a crash: the same port and data, so that its users only have to connect again."""
        if self.process is not None:
            self.watchdog.forget(self.process.pid)
        for _ in range(TRIES):
            if is_free(self.port) and self._try_start():
                return
            time.sleep(PAUSE_SECONDS)
        raise not_starting(server=self.title, variable=self.variable, log=self.log)

    def _try_start(self) -> bool:
        """False when the process ended at once and another try may help: its port was taken, or a dying predecessor is still there."""
        self.process = spawn(
            self.command(), log=self.log, watchdog=self.watchdog, account=self.home.account, directory=self.home.path, ends_by=self.ends_by
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return self._refused()
            with contextlib.suppress(OSError):
                if self.answers():
                    return True
            time.sleep(0.02)
        self.stop()
        raise LocalServersError(
            f"Embedded {self.title} did not answer within {START_SECONDS} seconds (log: {self.log}); start again, or set {self.variable}."
        )

    def _refused(self) -> bool:
        self.watchdog.forget(self.process.pid if self.process else 0)
        self.process = None
        tail = tail_of(self.log)
        if "ddress already in use" in tail or "is still in use" in tail or "lock file" in tail:
            return False
        raise not_starting(server=self.title, variable=self.variable, log=self.log)
