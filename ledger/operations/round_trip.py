"""Prepared statements in one round trip, together with the BEGIN of their transaction if that was not sent yet.

Django's driver sends BEGIN by itself before the first statement and waits for its answer: a posting would wait twice. Here libpq's
pipeline mode sends all at once (psycopg's own pipeline costs more than the trip it saves). Parameters and answers are texts, so
that no adapters are looked up. https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
"""

from collections.abc import Callable, Generator, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from psycopg import Connection, OperationalError
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait


class Statement(NamedTuple):
    """A statement with $1, $2, … for its parameters; each connection prepares it once, under its name."""

    name: bytes
    sql: bytes


Row = tuple[str | None, ...]
Call = tuple[Statement, Sequence[bytes | None] | None]


class Later(NamedTuple):
    """Statements that go out with the next round trip; `told` is given the rows of each then, and may raise."""

    calls: Sequence[Call]
    told: Callable[[list[list[Row]]], None] | None = None


_BEGIN = Statement(b"ledger_begin", b"BEGIN")
_COMMIT = Statement(b"ledger_commit", b"COMMIT")
_FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)
_prepared: "WeakKeyDictionary[Connection[Any], set[Statement]]" = WeakKeyDictionary()
_later: "WeakKeyDictionary[Connection[Any], list[Later]]" = WeakKeyDictionary()


def run(connection: "Connection[Any]", statement: Statement, params: Sequence[bytes | None]) -> list[Row]:
    """Run the statement in the connection's transaction, which begins with it if it hasn't yet; all rows, as texts.

    On a connection that commits by itself the statement is a transaction of its own.

    No parameter may hold a NUL: libpq would end it there. Raises psycopg's errors, as a cursor does.
    """
    return run_all(connection, [(statement, params)])[0]


def run_all(connection: "Connection[Any]", calls: Sequence[Call]) -> list[list[Row]]:
    """As run, for several statements in their order, each of which sees what was committed when its own turn came.

    What was left for later goes first. The first that fails is raised; those after it are not run.
    """
    later = _later.pop(connection, ())
    before = [call for each in later for call in each.calls]
    rows = _sent(connection, [*before, *calls])
    place = 0
    for each in later:
        if each.told is not None:
            each.told(rows[place : place + len(each.calls)])
        place += len(each.calls)
    return rows[place:]


def leave(connection: "Connection[Any]", later: Later) -> None:
    """Leave statements of the running transaction, or of the one about to begin, to its next round trip."""
    _later.setdefault(connection, []).append(later)


def send_left(connection: "Connection[Any]") -> None:
    """A round trip for what was left, if anything was."""
    if connection in _later:
        run_all(connection, [])


def commit_with_left(connection: "Connection[Any]") -> None:
    """COMMIT in the round trip of what was left: it is not run where anything before it fails. Nothing where nothing has begun."""
    if connection in _later or connection.pgconn.transaction_status != TransactionStatus.IDLE:
        run_all(connection, [(_COMMIT, None)])


def drop_left(connection: "Connection[Any]") -> None:
    """Forget what was left: its transaction is undone."""
    _later.pop(connection, None)


def _sent(connection: "Connection[Any]", calls: Sequence[Call]) -> list[list[Row]]:
    with connection.lock:
        pgconn = connection.pgconn
        known = _prepared.setdefault(connection, set())
        is_first = pgconn.transaction_status == TransactionStatus.IDLE and not connection.autocommit
        wanted = [*([(_BEGIN, None)] if is_first else []), *calls]
        missing = [each for each in dict.fromkeys(statement for statement, _ in wanted) if each not in known]
        pgconn.enter_pipeline_mode()
        try:
            for each in missing:
                pgconn.send_prepare(each.name, each.sql)
            for each, params in wanted:
                pgconn.send_query_prepared(each.name, params)
            pgconn.pipeline_sync()
            results = connection.wait(_results(pgconn))
        finally:
            _leave_pipeline(connection)
    known.update(each for each, result in zip(missing, results, strict=False) if result.status == ExecStatus.COMMAND_OK)
    for result in results:
        if result.status in _FAILED:
            raise error_from_result(result)
    return [_rows(result) for result in results[-len(calls) :]]


def _results(pgconn: PGconn) -> Generator[Wait, Ready | int, list[PGresult]]:
    """Send what is left to send and read all results up to the end of the pipeline."""
    while pgconn.flush():
        if (yield Wait.RW) & Ready.R:
            pgconn.consume_input()
    results: list[PGresult] = []
    while True:
        while pgconn.is_busy():
            yield Wait.R
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:  # the end of one statement's results
            if pgconn.status != ConnStatus.OK:
                raise OperationalError("The connection to the database was lost.")
        elif result.status == ExecStatus.PIPELINE_SYNC:
            return results
        else:
            results.append(result)


def _leave_pipeline(connection: "Connection[Any]") -> None:
    """Back to ordinary statements; a connection that can't (interrupted, lost) is closed: answers may still be on their way."""
    try:
        connection.pgconn.exit_pipeline_mode()
    except OperationalError:
        connection.close()


def _rows(result: PGresult) -> list[Row]:
    columns = range(result.nfields)
    return [tuple([_text(result.get_value(row, column)) for column in columns]) for row in range(result.ntuples)]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()
