"""The one process per data directory that owns the embedded servers, for as long as someone holds a connection to it."""

import contextlib
import fcntl
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from config.local_servers.directory import make_directory, read_run_file, update_run_file
from config.local_servers.home import Home, open_home
from config.local_servers.launch import Watchdog
from config.local_servers.postgres import Postgres
from config.local_servers.problems import LocalServersError, os_problem
from config.local_servers.server import EmbeddedServer
from config.local_servers.valkey import Valkey

SERVERS: dict[str, type[EmbeddedServer]] = {"postgres": Postgres, "valkey": Valkey}
URL_NAMES = {"DATABASE_URL": "database", "DATABASE_OWNER_URL": "database_owner", "REDIS_URL": "redis"}
FIRST_USER_SECONDS = 15.0
LOCK_SECONDS = 60.0
RESTARTS_PER_MINUTE = 5
MOST_BYTES_OF_SOCKET_PATH = 100


class Supervisor:
    """Serves `{"need": ["postgres", "valkey"]}` lines on a Unix socket; a connection that ends is a user that left."""

    def __init__(self, directory: Path) -> None:
        self.directory = make_directory(directory)
        self.servers: dict[str, EmbeddedServer] = {}
        self.users: set[socket.socket] = set()
        self.crashes: list[float] = []
        self.selector = selectors.DefaultSelector()
        self.is_ending = False

    def run(self) -> int:
        """Exit code 0 when the last user left or another supervisor is there; 1 after an error, told as the log's last line."""
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        lock = self._take_lock()
        if lock is None:
            return 0
        try:
            return self._serve()
        except LocalServersError as problem:
            print(problem, file=sys.stderr, flush=True)
            return 1
        finally:
            lock.close()

    def _serve(self) -> int:
        self.watchdog = Watchdog()
        self.home: Home | None = None
        path = self._listen()
        try:
            self._loop()
        finally:
            self.listener.close()
            with contextlib.suppress(OSError):
                os.unlink(path)
            for server in reversed(self.servers.values()):
                server.stop()
            self.watchdog.close()
            update_run_file(self.directory, remove={"urls": list(URL_NAMES.values()), "pids": ["servers", *SERVERS]}, socket="")
        return 0

    def _loop(self) -> None:
        """Until told to end, or nobody is left (nobody came in the first seconds)."""
        deadline = time.monotonic() + FIRST_USER_SECONDS
        while not self.is_ending and (self.users or time.monotonic() < deadline):
            for key, _ in self.selector.select(timeout=0.5):
                if key.fileobj is self.listener:
                    self._welcome()
                elif isinstance(key.fileobj, socket.socket) and self._hear(key.fileobj):
                    deadline = 0.0
            self._mend()

    def _listen(self) -> str:
        path = str(self.directory / "servers.sock")
        if len(path.encode()) > MOST_BYTES_OF_SOCKET_PATH:
            path = tempfile.mkdtemp(prefix="countroom-") + "/servers.sock"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        os.chmod(path, 0o600)
        self.listener.listen(64)
        self.selector.register(self.listener, selectors.EVENT_READ)
        update_run_file(self.directory, socket=path, pids={"servers": os.getpid()})
        return path

    def _welcome(self) -> None:
        user, _ = self.listener.accept()
        user.settimeout(5)
        self.users.add(user)
        self.selector.register(user, selectors.EVENT_READ)

    def _hear(self, user: socket.socket) -> bool:
        """True when it asked for something, False when it left."""
        try:
            request = user.recv(65536)
        except OSError:
            request = b""
        if not request:
            self._farewell(user)
            return False
        with contextlib.suppress(OSError):
            user.sendall(json.dumps(self._answer(json.loads(request))).encode() + b"\n")
        return True

    def _farewell(self, user: socket.socket) -> None:
        self.selector.unregister(user)
        self.users.discard(user)
        user.close()

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            for name in request["need"]:
                if name not in self.servers:
                    self._start(name)
        except LocalServersError as problem:
            return {"error": str(problem)}
        except OSError as error:
            return {"error": str(os_problem(error, self.directory))}
        environment = {key: value for server in self.servers.values() for key, value in server.environment().items()}
        return {"environment": environment, "pids": self._pids(), "users": len(self.users)}

    def _start(self, name: str) -> None:
        self.home = self.home or open_home(self.directory)
        ports = read_run_file(self.directory).get("ports", {})
        server = SERVERS[name](home=self.home, log=self.directory / f"{name}.log", watchdog=self.watchdog, port=int(ports.get(name, 0)))
        server.start()
        self.servers[name] = server
        self._publish()

    def _publish(self) -> None:
        urls = {URL_NAMES[key]: value for server in self.servers.values() for key, value in server.environment().items()}
        ports = {urlsplit(value).scheme: urlsplit(value).port for value in urls.values()}
        names = {"postgresql": "postgres", "redis": "valkey"}
        update_run_file(self.directory, urls=urls, pids=self._pids(), ports={names[scheme]: port for scheme, port in ports.items()})

    def _pids(self) -> dict[str, int]:
        running = {name: server.process.pid for name, server in self.servers.items() if server.process is not None}
        return {"servers": os.getpid(), **running}

    def _mend(self) -> None:
        """Start again a server that crashed; give up when it does so time and again."""
        for server in self.servers.values():
            if not server.is_down():
                continue
            self.crashes = [at for at in self.crashes if time.monotonic() - at < 60] + [time.monotonic()]
            if len(self.crashes) > RESTARTS_PER_MINUTE:
                raise LocalServersError(
                    f"Embedded {server.title} ends again and again (log: {server.log}); set {server.variable} to a running server."
                )
            server.restart()
            self._publish()

    def _take_lock(self) -> IO[str] | None:
        """The directory's lock; None once another supervisor holds it and serves."""
        file = (self.directory / "servers.lock").open("a")
        deadline = time.monotonic() + LOCK_SECONDS
        while time.monotonic() < deadline:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return file
            except BlockingIOError:
                if _answers(read_run_file(self.directory).get("socket", "")):
                    break
                time.sleep(0.05)
        file.close()
        return None

    def _end(self, *_: object) -> None:
        self.is_ending = True


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path or "/nonexistent")
        except OSError:
            return False
    return True
