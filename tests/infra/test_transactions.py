"""Our database backend ends transactions as Django's does (config/postgres): kept, undone, refused at the end, or lost."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test.utils import CaptureQueriesContext
from psycopg.pq import TransactionStatus

from ledger.models import Transition
from tests.databases import TestDatabase

_HELD = "SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid() AND locktype = 'advisory' AND objid = 4711"
_HOLD = "SELECT pg_advisory_xact_lock(4711)"


@pytest.fixture
def beside(committed_db: TestDatabase) -> Callable[[str], int]:
    """Asks another connection."""

    def ask(query: str) -> int:
        with psycopg.connect(committed_db.owner_url, autocommit=True) as other:
            row = other.execute(query.encode()).fetchone()
        return int(row[0]) if row else 0

    return ask


def test_a_transaction_is_kept_before_its_hooks_run_and_the_next_statement_is_its_own(beside: Callable[[str], int]) -> None:
    seen: list[int] = []
    with transaction.atomic():
        _ask(_HOLD)
        assert beside(_HELD) == 1
        transaction.on_commit(lambda: seen.append(beside(_HELD)))
        assert not connection.get_autocommit()
        assert not connection.connection.autocommit

    assert seen == [0]
    assert connection.get_autocommit()
    assert connection.connection.autocommit
    _ask("SELECT 1")
    assert connection.connection.pgconn.transaction_status == TransactionStatus.IDLE


@pytest.mark.usefixtures("committed_db")
def test_an_error_undoes_all_and_runs_no_hook() -> None:
    _ask("CREATE TEMP TABLE kept (n int)")
    seen: list[str] = []

    def fail() -> None:
        _ask("INSERT INTO kept VALUES (1) RETURNING n")
        transaction.on_commit(lambda: seen.append("hook"))
        raise KeyError("undone")

    with pytest.raises(KeyError), transaction.atomic():
        fail()

    assert (_ask("SELECT count(*) FROM kept"), seen) == (0, [])


@pytest.mark.usefixtures("committed_db")
def test_what_the_database_refuses_at_the_end_is_the_callers_error() -> None:
    _ask("CREATE TEMP TABLE once (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(IntegrityError), transaction.atomic():
        _ask("INSERT INTO once VALUES (1), (1) RETURNING n")

    assert _ask("SELECT count(*) FROM once") == 0
    with transaction.atomic():
        _ask("INSERT INTO once VALUES (2) RETURNING n")
    assert _ask("SELECT count(*) FROM once") == 1


def test_a_connection_lost_before_the_end_is_an_error_and_the_next_one_works(beside: Callable[[str], int]) -> None:
    pid = _ask("SELECT pg_backend_pid()")
    with pytest.raises(OperationalError), transaction.atomic():
        assert [_ask("SELECT 1"), beside(f"SELECT pg_terminate_backend({pid}, 5000)::int")] == [1, 1]

    connection.close()
    with transaction.atomic():
        assert _ask("SELECT pg_backend_pid()") != pid


@pytest.mark.usefixtures("committed_db")
def test_the_log_of_queries_tells_where_a_transaction_begins_and_ends() -> None:
    with CaptureQueriesContext(connection) as log, transaction.atomic():
        Transition.objects.exists()

    assert [query["sql"] for query in log][:1] + [query["sql"] for query in log][-1:] == ["BEGIN", "COMMIT"]


def _ask(query: str) -> int:
    cursor: CursorWrapper
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone() if cursor.description else None
    return int(row[0]) if row and row[0] not in (None, "") else 0
