"""Rows written and read in few round trips, for requests that come by the thousand (G2): plain statements, prepared once.

All go through ledger.operations.round_trip, in the caller's transaction.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelState
from django.db.models.fields import NOT_PROVIDED

from ledger.errors import NoOpenTransaction
from ledger.operations.round_trip import Call, Later, Row, Statement, commit_with_left, drop_left, leave, run_all, send_left

__all__ = ["Row", "Statement", "ask", "ask_later", "insert", "insert_later", "known_object_of", "object_of", "one_transaction", "send_now"]
_TEXTS: dict[type, Callable[[Any], str]] = {
    UUID: str, int: str, bool: str, dict: json.dumps, list: json.dumps, datetime: datetime.isoformat, date: date.isoformat,
}  # fmt: skip
Object = TypeVar("Object", bound=models.Model)
_READ: dict[str, Callable[[Any], Any]] = {
    "UUIDField": UUID,
    "DateTimeField": datetime.fromisoformat,
    "DateField": date.fromisoformat,
    "TimeField": time.fromisoformat,
    "DecimalField": int,
}


def ask(*questions: tuple[Statement, Sequence[Any]]) -> list[list[Row]]:
    """Run statements one after another in one round trip; the rows of each, as texts. Parameters: what `text_of` takes.

    Outside any transaction together they are one of their own.
    """
    return _run(_calls(questions))


def insert(*rows: models.Model) -> None:
    """Insert new rows by one statement: of tables without history whose key is made in Python, or not asked for.

    No signal is sent. The database's checks hold as for any INSERT (those of foreign keys at the end of the transaction, as the
    ORM's do); its errors are Django's.
    """
    _run([_insertion(rows)])


def insert_later(*rows: models.Model) -> None:
    """As insert, with the next round trip of a transaction of `one_transaction`; elsewhere at once. An error comes with that trip."""
    _leave(Later([_insertion(rows)]))


def ask_later(*questions: tuple[Statement, Sequence[Any]], told: Callable[[list[list[Row]]], None]) -> None:
    """As ask, with the next round trip of a transaction of `one_transaction`, elsewhere at once; `told` gets the answers, and may raise."""
    _leave(Later(_calls(questions), told))


def send_now() -> None:
    """Ask and insert what was left for later."""
    handle = connections[DEFAULT_DB_ALIAS]
    handle.validate_no_broken_transaction()
    _send_left(handle)


@contextmanager
def one_transaction() -> Iterator[None]:
    """A transaction in which `ask_later` and `insert_later` wait for the next round trip, whoever makes it: the ORM too.

    Where it is the outermost one its COMMIT goes out with what is left at the end. Django then finds nothing to commit, and calls
    what waits for a commit.
    """
    handle = connections[DEFAULT_DB_ALIAS]
    is_outermost = not handle.in_atomic_block
    with transaction.atomic(), handle.execute_wrapper(_send_before):
        try:
            yield
            if not handle.needs_rollback:
                _end(handle, commits=is_outermost)
        finally:
            if handle.connection is not None:
                drop_left(handle.connection)


def object_of(model: type[Object], row: str | None) -> Object:
    """The object of a row that was selected as `to_jsonb(table)`, as the ORM would have read it; numbers must be whole."""
    facts = json.loads(row or "{}")
    values = [read(facts[column]) if read and facts[column] is not None else facts[column] for column, read in _readers(model)]
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in model._meta.concrete_fields], values)


def known_object_of(model: type[Object], row: str | None) -> Object:
    """As object_of, for rows that come again and again as they were: the same text is read once. Each caller has an object of its own."""
    known = _known(model, row)
    made = model.__new__(model)
    made.__dict__.update({name: deepcopy(value) if isinstance(value, dict | list) else value for name, value in known.__dict__.items()})
    made._state = ModelState()
    made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
    return made


@lru_cache(maxsize=1024)
def _known(model: type[Object], row: str | None) -> Object:
    return object_of(model, row)


def text_of(value: Any) -> bytes | None:
    """A value as PostgreSQL reads it: None, text, int, bool, UUID, date, datetime; dicts and lists as JSON. Raises ValueError for a NUL."""
    if value is None:
        return None
    text = value if type(value) is str else _TEXTS.get(type(value), _text)(value)
    if "\x00" in text:
        raise ValueError("A text holds a NUL, which no text of the database can.")
    return text.encode()


def _text(value: Any) -> str:
    """The text of what is of none of the usual types itself: an enumeration's member, a subclass."""
    for kind in (dict, list, date):
        if isinstance(value, kind):
            return _TEXTS[kind](value)
    return str(value)


def _calls(questions: Sequence[tuple[Statement, Sequence[Any]]]) -> list[Call]:
    return [(statement, [text_of(value) for value in params]) for statement, params in questions]


def _run(calls: Sequence[Call]) -> list[list[Row]]:
    handle = connections[DEFAULT_DB_ALIAS]  # each look through django.db.connection costs a thread-local one
    handle.ensure_connection()
    handle.validate_no_broken_transaction()
    with handle.wrap_database_errors:
        return run_all(handle.connection, calls)


def _leave(later: Later) -> None:
    handle = connections[DEFAULT_DB_ALIAS]
    handle.ensure_connection()
    handle.validate_no_broken_transaction()
    leave(handle.connection, later)
    if _send_before not in handle.execute_wrappers:
        _send_left(handle)


def _send_left(handle: BaseDatabaseWrapper) -> None:
    if handle.connection is not None:
        with handle.wrap_database_errors:
            send_left(handle.connection)


def _send_before(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Every statement of the ORM comes after what was left before it.

    What was left within a block that is undone is forgotten with it; what was left before went out with the block's SAVEPOINT.
    """
    if sql.startswith("ROLLBACK TO"):
        drop_left(context["connection"].connection)
    _send_left(context["connection"])
    return execute(sql, params, many, context)


def _end(handle: BaseDatabaseWrapper, *, commits: bool) -> None:
    if handle.connection is not None:
        with handle.wrap_database_errors:
            (commit_with_left if commits else send_left)(handle.connection)


@lru_cache(maxsize=256)
def _readers(model: type[models.Model]) -> list[tuple[str, Callable[[Any], Any] | None]]:
    return [(str(field.column), _READ.get(field.get_internal_type())) for field in model._meta.concrete_fields]


def _insertion(rows: Sequence[models.Model]) -> Call:
    """The call that inserts these rows, which count as saved from here on."""
    if not connections[DEFAULT_DB_ALIAS].in_atomic_block:
        raise NoOpenTransaction("Rows are inserted in an open transaction.")
    params = [text_of(getattr(row, name)) for row in rows for name in _written_names(type(row))]
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return _insert(tuple(type(row) for row in rows)), params


@lru_cache(maxsize=256)
def _insert(kinds: tuple[type[models.Model], ...]) -> Statement:
    """One INSERT for each, in a single statement: WITH … INSERT, the last one as its body."""
    inserts, place = [], 1
    for model in kinds:
        fields = _written(model)
        columns = ", ".join(f'"{field.column}"' for field in fields)
        values = ", ".join(f"${number}::{field.db_type(connection)}" for number, field in enumerate(fields, place))
        inserts.append(f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({values})')
        place += len(fields)
    beside = ", ".join(f"r{number} AS ({each})" for number, each in enumerate(inserts[:-1]))
    text = (f"WITH {beside} " if beside else "") + inserts[-1]
    return Statement(f"insert_{hashlib.sha256(text.encode()).hexdigest()[:32]}".encode(), text.encode())


@lru_cache(maxsize=256)
def _written_names(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in _written(model))


@lru_cache(maxsize=256)
def _written(model: type[models.Model]) -> "tuple[models.Field[Any, Any], ...]":
    """All columns but those that the database fills: numbered keys, and defaults of its own."""
    return tuple(
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField) and getattr(field, "db_default", NOT_PROVIDED) is NOT_PROVIDED
    )
