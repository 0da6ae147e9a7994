"""A worker keeps its database connection from task to task, and a connection that the server ended is made anew (C22)."""

import psycopg
import pytest
from celery.fixups.django import DjangoWorkerFixup  # type: ignore[attr-defined]  # not in its stubs
from celery.signals import task_prerun


def backend() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def between_tasks() -> None:
    """What a worker does before and after each task."""
    from config.celery import app
    from ledger.tasks import seal_audit

    fixup = DjangoWorkerFixup(app)
    fixup.close_database()
    task_prerun.send(sender=None, task=seal_audit)


@pytest.mark.spec("C22")
def test_the_next_task_has_the_connection_of_the_last_one(committed_db: None) -> None:
    first = backend()
    between_tasks()
    assert backend() == first


@pytest.mark.spec("C22")
def test_a_connection_that_the_server_ended_is_made_anew(committed_db: None) -> None:
    from django.db import connection

    ended = backend()
    known = connection.connection.info
    with psycopg.connect(known.dsn, password=known.password, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [ended])
    between_tasks()
    assert backend() != ended
