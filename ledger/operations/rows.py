"""Rows written and read in few round trips, for requests that come by the thousand (G2): plain statements, prepared once.

All go through ledger.operations.round_trip, in the caller's transaction.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED

from ledger.errors import NoOpenTransaction
from ledger.operations.round_trip import Call, Row, Statement, run_all

__all__ = ["Row", "Statement", "ask", "insert", "object_of"]
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
    return _run([(statement, [text_of(value) for value in params]) for statement, params in questions])


def insert(*rows: models.Model) -> None:
    """Insert new rows, in this order, in one round trip: of tables without history whose key is made in Python, or not asked for.

    No signal is sent. The database's checks hold as for any INSERT; its errors are Django's.
    """
    if not connection.in_atomic_block:
        raise NoOpenTransaction("Rows are inserted in an open transaction.")
    _run([(_insert(type(row)), [text_of(getattr(row, field.attname)) for field in _written(type(row))]) for row in rows])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def object_of(model: type[Object], row: str | None) -> Object:
    """The object of a row that was selected as `to_jsonb(table)`, as the ORM would have read it; numbers must be whole."""
    facts = json.loads(row or "{}")
    values = [read(facts[column]) if read and facts[column] is not None else facts[column] for column, read in _readers(model)]
    return model.from_db(connection.alias, [field.attname for field in model._meta.concrete_fields], values)


def text_of(value: Any) -> bytes | None:
    """A value as PostgreSQL reads it: None, text, int, bool, UUID, date, datetime; dicts and lists as JSON. Raises ValueError for a NUL."""
    if value is None:
        return None
    if type(value) is str:
        text = value
    elif isinstance(value, dict | list):
        text = json.dumps(value)
    elif isinstance(value, date):
        text = value.isoformat()
    else:
        text = str(value)
    if "\x00" in text:
        raise ValueError("A text holds a NUL, which no text of the database can.")
    return text.encode()


def _run(calls: Sequence[Call]) -> list[list[Row]]:
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return run_all(connection.connection, calls)


@lru_cache(maxsize=256)
def _readers(model: type[models.Model]) -> list[tuple[str, Callable[[Any], Any] | None]]:
    return [(str(field.column), _READ.get(field.get_internal_type())) for field in model._meta.concrete_fields]


@lru_cache(maxsize=256)
def _insert(model: type[models.Model]) -> Statement:
    fields = _written(model)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(f"${place}::{field.db_type(connection)}" for place, field in enumerate(fields, 1))
    table = model._meta.db_table
    return Statement(f"insert_{table}".encode(), f'INSERT INTO "{table}" ({columns}) VALUES ({values})'.encode())


@lru_cache(maxsize=256)
def _written(model: type[models.Model]) -> "tuple[models.Field[Any, Any], ...]":
    """All columns but those that the database fills: numbered keys, and defaults of its own."""
    return tuple(
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField) and getattr(field, "db_default", NOT_PROVIDED) is NOT_PROVIDED
    )
