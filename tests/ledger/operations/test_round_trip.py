"""BEGIN and a statement in one trip: what is sent, and what the connection is like after errors."""

from typing import Any

import psycopg
import pytest
from django.db import DataError, OperationalError, connection, transaction

from ledger.errors import UnbalancedPosting
from ledger.models import JournalTransaction, Wallet
from ledger.operations import post
from ledger.operations.round_trip import Statement, run
from tests.ledger.books import NOON, TESTER, deposit, posting
from tests.ledger.cast import make_entity

HALF = Statement(b"test_half", b"SELECT 10 / $1::int, NULL, 'x' WHERE true")
ENDED = Statement(b"test_end", b"SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.fixture
def raw(committed_db: object) -> psycopg.Connection[Any]:
    connection.ensure_connection()
    found: psycopg.Connection[Any] = connection.connection
    return found


@pytest.mark.spec("L14")
def test_a_posting_and_its_begin_are_one_trip(raw: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    entity = make_entity()
    with transaction.atomic():
        post(posting(entity, "warm", *deposit("pl_1", 1)), actor=TESTER, now=NOON)
    trips: list[int] = []
    real = raw.wait

    def counted(*args: Any, **options: Any) -> Any:
        trips.append(1)
        return real(*args, **options)

    with transaction.atomic():
        monkeypatch.setattr(raw, "wait", counted)
        post(posting(entity, "k1", *deposit("pl_1", 1)), actor=TESTER, now=NOON)
        assert len(trips) == 1

    assert JournalTransaction.objects.filter(posting_key="k1").exists()


def test_a_posting_is_undone_with_its_transaction(raw: psycopg.Connection[Any]) -> None:
    entity = make_entity()
    with transaction.atomic():
        post(posting(entity, "k1", *deposit("pl_1", 1)), actor=TESTER, now=NOON)
        transaction.set_rollback(True)

    assert not JournalTransaction.objects.exists()
    assert not Wallet.objects.exists()


def test_what_is_no_text_of_the_database_is_refused(raw: psycopg.Connection[Any]) -> None:
    entity = make_entity()
    with pytest.raises(UnbalancedPosting, match="NUL"), transaction.atomic():
        post(posting(entity, "k\x00ey", *deposit("pl_1", 1)), actor=TESTER, now=NOON)


def test_rows_are_texts(raw: psycopg.Connection[Any]) -> None:
    with transaction.atomic():
        assert run(raw, HALF, [b"5"]) == [("2", None, "x")]
        assert run(raw, HALF, [b"2"]) == [("5", None, "x")]


@pytest.mark.parametrize("is_first", [True, False])
def test_after_an_error_the_connection_serves_the_next_transaction(raw: psycopg.Connection[Any], is_first: bool) -> None:
    if not is_first:
        run(raw, HALF, [b"5"])
        raw.commit()
    with pytest.raises(DataError, match="division by zero"), transaction.atomic(), connection.wrap_database_errors:
        run(raw, HALF, [b"0"])

    with transaction.atomic():
        assert run(raw, HALF, [b"5"]) == [("2", None, "x")]
    assert connection.connection is raw


def test_a_lost_connection_is_an_error_and_replaced(raw: psycopg.Connection[Any]) -> None:
    with pytest.raises(OperationalError), transaction.atomic(), connection.wrap_database_errors:
        run(raw, ENDED, [])

    assert raw.closed
    with transaction.atomic():
        connection.ensure_connection()
        assert run(connection.connection, HALF, [b"5"]) == [("2", None, "x")]
