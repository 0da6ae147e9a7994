"""What every test has: real servers, a database of its own worker, a fixed now, and a journal that must sum to zero.

The process that starts pytest starts (or joins) the servers and exports their addresses; xdist workers inherit them. Django's
settings are named only here, after that, for they read the environment once.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.local_servers import LocalServersError, ensure, local_directory
from config.local_servers.directory import make_directory
from config.local_servers.environment import load_environment
from tests.databases import CHECKOUT, TestDatabase, end, find_unbalanced, make_test_database, template_name

IS_XDIST_WORKER = "PYTEST_XDIST_WORKER" in os.environ
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def _prepare_environment() -> None:
    if not IS_XDIST_WORKER:
        _start_servers()
        os.environ["COUNTROOM_TEST_RUN"] = str(os.getpid())
        os.environ["COUNTROOM_TEST_TEMPLATE"] = template_name()
        for name, value in load_environment(local_directory("test")).items():
            os.environ.setdefault(name, value)
    make_directory(Path(os.environ.setdefault("STATIC_ROOT", str(local_directory("test", "static")))))
    os.environ["REDIS_PREFIX"] = f"test:{os.environ['COUNTROOM_TEST_RUN']}:{WORKER}"
    os.environ["HORIZON_SECONDS"] = "30"  # a machine of two processors that runs the whole suite is slow at times
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"


def _start_servers() -> None:
    """Their data is thrown away, so nothing waits for the disk. Servers that a test starts for itself are as everywhere."""
    os.environ["COUNTROOM_LOCAL_FSYNC"] = "off"
    try:
        ensure(directory=local_directory("test"))
    except LocalServersError as problem:
        pytest.exit(f"countroom: {problem}", returncode=1)
    del os.environ["COUNTROOM_LOCAL_FSYNC"]


_prepare_environment()


def pytest_configure(config: pytest.Config) -> None:
    import django

    django.setup()
    config.addinivalue_line(
        "markers", "whole: plays days or stacks to their end, kills servers, walks everywhere, needs a browser: `make test-whole` (ADR 26)"
    )
    config.addinivalue_line("markers", "spec(*ids): the requirements of the specification that a test proves")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """A worker that inherits this would have read the settings, with our prefix of Redis, before it can say its own."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The workers collect now, and then ask for the template: it is begun at once."""
    from tests.scheduling import StackScheduling

    template = subprocess.Popen([sys.executable, "-m", "tests.databases"], cwd=CHECKOUT, start_new_session=True)
    config.add_cleanup(lambda: end(template))
    return StackScheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    from tests.scheduling import workers

    return workers()


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    from tests.scheduling import load_own_part

    if IS_XDIST_WORKER and [Path(given).resolve() for given in session.config.args] == [CHECKOUT / "tests"]:
        load_own_part(int(WORKER.removeprefix("gw")), int(os.environ["PYTEST_XDIST_WORKER_COUNT"]))


def pytest_collection_finish(session: pytest.Session) -> None:
    from config.memory import keep_loaded_code

    keep_loaded_code()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    from tests.scheduling import turn

    items.sort(key=turn)


# --- databases -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[TestDatabase]:
    """This worker's database, copied from the migrated template; Django connects to it as the application's role."""
    from django.db import connections

    with django_db_blocker.unblock():
        database = make_test_database(WORKER)
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = database.name
        connections.settings["default"]["NAME"] = database.name
        yield database
        connections.close_all()
        database.drop()


@pytest.fixture
def test_database(django_db_setup: TestDatabase) -> TestDatabase:
    """Names and addresses of this worker's database, for tests that start processes or connect as the owner."""
    return django_db_setup


@pytest.fixture
def committed_db(django_db_setup: TestDatabase, django_db_blocker: Any) -> Iterator[TestDatabase]:
    """For tests that commit: real transactions as countroom_app. Afterwards the books must balance; then the database is put back."""
    from django.db import connections

    with django_db_blocker.unblock():
        try:
            yield django_db_setup
            connections.close_all()
            assert django_db_setup.unbalanced() == [], "the journal does not sum to zero"
        finally:
            connections.close_all()
            django_db_setup.restore()


@pytest.fixture
def owner_connection(committed_db: TestDatabase) -> Iterator["psycopg.Connection"]:
    """A connection as countroom_owner, the owner of the tables, beside Django's own as countroom_app."""
    with psycopg.connect(committed_db.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def begins_with() -> None:
    """A folder whose tests begin with the same rows replaces this: it puts Django on a database that has them (tests/furnished.py)."""


@pytest.fixture(autouse=True)
def _journal_sums_to_zero(request: pytest.FixtureRequest, begins_with: None) -> Iterator[None]:
    """After every test that ran in a rolled-back transaction: no transaction of the journal is out of balance."""
    uses_database = request.node.get_closest_marker("django_db") or {"db", "_django_db_helper"} & set(request.fixturenames)
    if not uses_database:
        yield
        return
    request.getfixturevalue("_django_db_helper")
    yield
    from django.db import connection

    is_usable = connection.connection is not None and not connection.connection.closed and not connection.needs_rollback
    if is_usable and connection.connection.info.transaction_status != psycopg.pq.TransactionStatus.INERROR:
        assert find_unbalanced(connection.connection) == [], "the journal does not sum to zero"


@pytest.fixture(autouse=True)
def _archive_of_its_own(settings: Any, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> None:
    """What one test archives of its audit log says nothing of another test's. The folder is made by whoever writes to it."""
    settings.AUDIT_ARCHIVE_DIR = str(tmp_path_factory.getbasetemp() / "archives" / f"{abs(hash(request.node.nodeid))}")


# --- everything else -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords(django_test_environment: None) -> None:
    """Argon and PBKDF2 are slow on purpose; no test measures them."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning, passed to operations. Never the machine's clock."""
    return datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


@pytest.fixture
def redis() -> Iterator[Any]:
    """A client of the real server; keys under settings.REDIS_PREFIX are removed afterwards."""
    import redis as library
    from django.conf import settings

    from cashier import redis as ours

    ours._rest.end()  # an earlier test may have lost it
    with library.Redis.from_url(settings.REDIS_URL) as client:
        yield client
        for key in client.scan_iter(match=f"{settings.REDIS_PREFIX}*", count=1000):
            client.delete(key)


@pytest.fixture
def stoppable(tmp_path: Path, settings: Any, redis: Any) -> Iterator[Any]:
    """A Redis of this test alone: the cashier's, the cache's and the broker of this process, which leaves it soon, as the web does."""
    from celery import current_app

    from config.celery import leave_broker_soon
    from tests.infra.stoppable import Stoppable, forget_broker, forget_redis

    folder = tmp_path / "redis"
    folder.mkdir()
    server = Stoppable(folder)
    settings.REDIS_URL = server.url
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": server.url}}
    was = {name: getattr(current_app.conf, name) for name in ("broker_url", "broker_transport_options")}
    current_app.conf.broker_url = server.url
    leave_broker_soon()
    forget_broker()
    forget_redis()
    yield server
    server.kill()
    current_app.conf.update(was)
    forget_broker()
    forget_redis()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of third-party sample files, read in place. Skipped where it is absent, but for CI, which must have it."""
    given = os.environ.get("COUNTROOM_SHARED_DATA")
    folder = Path(given) if given else Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    if folder.is_dir():
        return folder
    reason = f"the sample files are not at {folder} (COUNTROOM_SHARED_DATA names another folder)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def python() -> str:
    """The interpreter, for tests that start our own commands."""
    return sys.executable
