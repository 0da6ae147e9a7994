"""The test database itself: whose role we are, and that commits do not leak from one test to the next."""

import os

import psycopg
import pytest

from tests.databases import TestDatabase


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
