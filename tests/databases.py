"""Test databases: migrated once into a template, then copied for each worker (CREATE DATABASE … TEMPLATE, 0.03 to 0.3 s)."""

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.restoring import Snapshot, put_back, take

CHECKOUT = Path(__file__).resolve().parent.parent
APPS = ("ledger", "cashier", "disputes", "reconciliation", "config")
TEMPLATE_LOCK = 7_305_508_201
UNBALANCED = """
    SELECT e.transaction_id, e.asset, sum(e.amount_minor) FROM ledger_entry e GROUP BY 1, 2 HAVING sum(e.amount_minor) <> 0 LIMIT 5
"""


def with_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@dataclass(frozen=True)
class TestDatabase:
    """One worker's database."""

    __test__ = False

    name: str
    template: str
    server_url: str
    owner_url: str
    app_url: str

    def restore(self) -> None:
        """As `recreate` leaves it; in place where that is possible, which takes a tenth of the time."""
        if (was := _SNAPSHOTS.get(self)) is not None and (after := put_back(self.owner_url, was)) is not None:
            _SNAPSHOTS[self] = after
            return
        self.recreate()
        _SNAPSHOTS[self] = take(self.owner_url)

    def recreate(self) -> None:
        """Drop it, whoever is connected, and copy the template again."""
        self._forget()
        with _connect(self.server_url) as server:
            _drop(server, self.name)
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(self.name), sql.Identifier(self.template)))

    def beside(self, name: str) -> "TestDatabase":
        """Another database of this worker, from the same template. It is not there yet: see `recreate`."""
        whole = f"{self.name}_{name}"
        return replace(self, name=whole, owner_url=with_database(self.owner_url, whole), app_url=with_database(self.app_url, whole))

    def drop(self) -> None:
        self._forget()
        with _connect(self.server_url) as server:
            _drop(server, self.name)

    def _forget(self) -> None:
        """Whatever it was copied from."""
        for other in [other for other in _SNAPSHOTS if other.name == self.name]:
            del _SNAPSHOTS[other]

    def unbalanced(self) -> list[tuple[object, ...]]:
        """Committed transactions whose entries do not sum to zero per asset."""
        with _connect(self.owner_url) as connection:
            return find_unbalanced(connection)


_SNAPSHOTS: dict[TestDatabase, Snapshot] = {}


def find_unbalanced(connection: "psycopg.Connection") -> list[tuple[object, ...]]:
    return connection.execute(UNBALANCED).fetchall()


def make_test_database(worker: str) -> TestDatabase:
    """A fresh database for this worker, from the template of the present migrations."""
    owner, app = os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"]
    run = os.environ["COUNTROOM_TEST_RUN"]
    template = ensure_template(owner, app)
    name = f"countroom_test_{run}_{worker}"
    database = TestDatabase(
        name=name, template=template, server_url=owner, owner_url=with_database(owner, name), app_url=with_database(app, name)
    )
    database.restore()
    return database


def ensure_template(owner: str, app: str) -> str:
    """The name of the template of the present migrations. Made unless it is there; of several that ask one makes it, the others wait."""
    name = os.environ["COUNTROOM_TEST_TEMPLATE"]
    with _connect(owner) as server, _locked(server):
        known = _databases(server, "countroom_template_%")
        if name not in known:
            _drop_leftovers(server, known)
            _build(server, name, owner, app)
    return name


def template_name() -> str:
    """Changes with anything that a migrated database depends on. Asked once per run, whose workers all use this one."""
    digest = hashlib.sha256()
    files = [path for app in APPS for path in sorted((CHECKOUT / app).rglob("*")) if _shapes_database(path)]
    for path in [CHECKOUT / "requirements.txt", CHECKOUT / "config/settings/__init__.py", *files]:
        digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return f"countroom_template_{digest.hexdigest()[:16]}"


def _shapes_database(path: Path) -> bool:
    is_migration = {"migrations", "data"} & {*path.parts} and path.suffix in {".py", ".sql"}
    return path.is_file() and bool(is_migration or path.name in {"setup_roles.py", "roles.py"})


def _build(server: "psycopg.Connection", name: str, owner: str, app: str) -> None:
    """Migrate a draft as its owner, and give it the template's name once it is whole."""
    draft = f"{name}_draft"
    _drop(server, draft)
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
    environment = os.environ | {"DATABASE_OWNER_URL": with_database(owner, draft), "DATABASE_URL": with_database(app, draft)}
    if owner == app:
        environment["DATABASE_URL"] = environment["DATABASE_OWNER_URL"]
    for command in (["migrate", "--verbosity", "0"], ["setup_roles"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"manage.py {command[0]} failed on the test template:\n{done.stdout[-2000:]}{done.stderr[-6000:]}")
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(name)))


def _drop_leftovers(server: "psycopg.Connection", templates: list[str]) -> None:
    """Templates of earlier migrations, and databases of test runs whose process is gone."""
    dead = [name for name in _databases(server, "countroom_test_%") if not _is_alive(name.split("_")[2])]
    for name in [*templates, *dead]:
        with contextlib.suppress(psycopg.Error):
            _drop(server, name)


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill what is left of a process that leads a session of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _databases(server: "psycopg.Connection", pattern: str) -> list[str]:
    return [row[0] for row in server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]).fetchall()]


def _drop(server: "psycopg.Connection", name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _connect(url: str) -> "psycopg.Connection":
    return psycopg.connect(url, autocommit=True)


@contextlib.contextmanager
def _locked(server: "psycopg.Connection") -> Iterator[None]:
    server.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
    try:
        yield
    finally:
        server.execute("SELECT pg_advisory_unlock(%s)", [TEMPLATE_LOCK])


if __name__ == "__main__":
    ensure_template(os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"])
