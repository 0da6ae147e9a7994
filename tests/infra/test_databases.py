"""The test database itself: whose role we are, and that commits do not leak from one test to the next."""

import os

import psycopg
import pytest

from tests.databases import TestDatabase
from tests.restoring import take


@pytest.mark.parametrize("turn", ["first", "second"])
def test_committed_rows_are_gone_in_the_next_test(committed_db: TestDatabase, turn: str) -> None:
    from django.contrib.contenttypes.models import ContentType

    assert not ContentType.objects.filter(app_label="left_behind").exists()
    ContentType.objects.create(app_label="left_behind", model=turn)
    with psycopg.connect(committed_db.owner_url) as other:
        row = other.execute("SELECT model FROM django_content_type WHERE app_label = 'left_behind'").fetchone()
    assert row == (turn,)


@pytest.mark.django_db
def test_tests_connect_as_the_application() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        user, database = cursor.fetchone()
    assert user == "countroom_app"
    assert database.startswith("countroom_test_")


def test_each_worker_has_keys_of_its_own_in_redis() -> None:
    """One that shares them counts and deletes what is another's."""
    from cashier.redis import redis_key

    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    assert redis_key("a") == f"test:{os.environ['COUNTROOM_TEST_RUN']}:{worker}:a"


def state(database: TestDatabase) -> dict[str, object]:
    """Rows, numbers and guards; of the schema, how much there is. Rows that are written again go wherever the table has room."""
    was = take(database.owner_url)
    rows = {table: sorted(content.splitlines()) for table, content in was.content.items()}
    return {"rows": rows, "numbers": was.numbers, "guards": was.guards, "schema": {row[:2] for row in was.schema}}


WRITES = {
    "rows of a guarded table": (
        "ALTER TABLE ledger_separate_duty DISABLE TRIGGER USER",
        "UPDATE ledger_separate_duty SET is_in_force = false",
        "INSERT INTO auth_group (name) VALUES ('new')",
        "DELETE FROM auth_permission WHERE codename = (SELECT min(codename) FROM auth_permission)",
    ),
    "guards": ("ALTER TABLE ledger_entry DISABLE TRIGGER USER", "ALTER TABLE ledger_audit_record ENABLE TRIGGER append_only"),
    "the schema": ("DROP TRIGGER append_only ON ledger_entry", "ALTER TABLE auth_group ADD COLUMN x int"),
    "a new partition": (
        "CREATE TABLE lines.psp_line_202603 PARTITION OF reconciliation_psp_line FOR VALUES IN (202603)",
        "INSERT INTO auth_group (name) VALUES ('new')",
    ),
    "rows that were all removed": ("TRUNCATE django_content_type CASCADE",),
}


@pytest.mark.parametrize("statements", WRITES.values(), ids=WRITES)
def test_a_database_is_put_back_whatever_was_done_to_it(committed_db: TestDatabase, statements: tuple[str, ...]) -> None:
    # Given somebody who did this, and is still connected; a test that rolled back leaves numbers used up
    committed_db.restore()
    before = state(committed_db)
    other = psycopg.connect(committed_db.owner_url, autocommit=True)
    for statement in statements:
        other.execute(statement.encode())
    other.autocommit = False
    other.execute("SELECT count(*) FROM ledger_entry")
    assert state(committed_db) != before
    # When
    committed_db.restore()
    # Then
    assert state(committed_db) == before
    with pytest.raises(psycopg.OperationalError):
        other.execute("SELECT 1")
