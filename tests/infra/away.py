"""A PostgreSQL that tests end and start, and a wire to one that can be cut in the middle of a COMMIT."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from config.local_servers.home import open_home
from config.local_servers.launch import Watchdog
from config.local_servers.postgres import Postgres
from tests.databases import TestDatabase


@contextmanager
def own_server(source: TestDatabase) -> Iterator[Postgres]:
    """A server of this test alone, with a copy of the database; Django is on it meanwhile, through a pool as the web has it."""
    directory = Path(tempfile.mkdtemp(prefix="cr-"))
    directory.chmod(0o755)
    watchdog = Watchdog()
    server = Postgres(home=open_home(directory), log=directory / "postgres.log", watchdog=watchdog)
    try:
        server.start()
        _copy(source, server)
        place = urlsplit(server.environment()["DATABASE_URL"])
        with django_on(HOST=place.hostname, PORT=place.port, PASSWORD=place.password, NAME=place.path[1:], pool=True):
            yield server
    finally:
        server.stop()
        watchdog.close()
        shutil.rmtree(directory, ignore_errors=True)


def _copy(source: TestDatabase, server: Postgres) -> None:
    with psycopg.connect(server.environment()["DATABASE_OWNER_URL"], autocommit=True) as target:
        target.execute("GRANT ALL ON SCHEMA public TO countroom_app")  # the dump gives it tables before it may have any
        with psycopg.connect(source.server_url) as known:
            rows = known.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'countroom%'").fetchall()
        for (role,) in rows:
            if role not in ("countroom_app", "countroom_owner", "countroom_admin"):
                target.execute(f'CREATE ROLE "{role}"')  # type: ignore[arg-type]
    dump = [str(server.binaries / "pg_dump"), "--no-sync", source.owner_url]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumping:
        psql = [str(server.binaries / "psql"), "-q", "-o", os.devnull, "-v", "ON_ERROR_STOP=1", server.environment()["DATABASE_OWNER_URL"]]
        subprocess.run(psql, stdin=dumping.stdout, check=True)


@contextmanager
def django_on(*, pool: bool = False, **places: Any) -> Iterator[None]:
    """Django's connections lead elsewhere meanwhile."""
    from django.db import connection, connections

    tables = (connections["default"].settings_dict, connections.settings["default"])
    were = [dict(table) for table in tables]
    connections.close_all()
    for table in tables:
        table.update(places)
        if pool:
            options = {**table["OPTIONS"], "pool": {"min_size": 1, "max_size": 4, "timeout": 0.5, "reconnect_timeout": 0.5}}
            table.update(OPTIONS=options, CONN_MAX_AGE=0, CONN_HEALTH_CHECKS=False)
    try:
        yield
    finally:
        connections.close_all()
        connection.close_pool()
        for table, was in zip(tables, were, strict=True):
            table.clear()
            table.update(was)


class Wire:
    """A port that leads to a server. `cut` says where the next COMMIT is cut off: "before" it arrives, or "after" it was done.

    From then on nobody gets through until `mend()`, or at once again with `heals`.
    """

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.cut = ""
        self.heals = False
        self.is_down = False
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def mend(self) -> None:
        self.is_down = False

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self.is_down:
                    near.close()
                    continue
                far = socket.create_connection(self.target)
                threading.Thread(target=self._forth, args=(near, far), daemon=True).start()
                threading.Thread(target=self._back, args=(near, far), daemon=True).start()

    def _forth(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := near.recv(65536):
                if self.cut and b"commit" in said.lower():
                    self.cuts += 1
                    if self.cut == "before":
                        break
                    self.cut = "answer"
                far.sendall(said)
        self._end(near, far)

    def _back(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := far.recv(65536):
                if self.cut == "answer" and b"COMMIT\0" in said:
                    break
                near.sendall(said)
        self._end(near, far)

    def _end(self, *sides: socket.socket) -> None:
        if self.cut in ("before", "answer"):
            self.is_down = not self.heals
            self.cut = ""
        for side in sides:
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()
