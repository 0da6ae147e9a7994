"""Large books, written by the owner inside the database with every trigger on: INSERT … SELECT generate_series in chunks.

They are real books: each transaction balances, names its captures, and its rule gives its lines again, so that `ledger_prove` and
`ledger_replay` have nothing to complain of. A database of its own, dropped at the end.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from django.db import connections, models
from psycopg import sql

from bench.database import with_database
from bench.registry import Setting
from ledger.ids import to_public

CHUNK = 100_000
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
NUMBERS = "generate_series(%(first)s::bigint + 1, %(last)s::bigint) n"  # of a chunk
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@contextmanager
def separate_database(setting: Setting, name: str) -> Iterator[Setting]:
    """A copy of the benchmarks' migrated database under another name, which Django uses meanwhile; dropped at the end."""
    default = connections["default"]
    default.close()
    home = str(default.settings_dict["NAME"])
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    _on_server(setting.owner_url, drop, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(home)))
    default.settings_dict["NAME"] = name
    try:
        yield Setting(with_database(setting.owner_url, name), with_database(setting.app_url, name), setting.quick)
    finally:
        default.close()
        default.settings_dict["NAME"] = home
        _on_server(setting.owner_url, drop)


def open_accounts(owner_url: str, entity_id: UUID, accounts: list[tuple[str, str]]) -> list[int]:
    """Accounts in EUR by (kind, holder), and their ids: the owner writes them, for the application may not."""
    kinds, holders = [kind for kind, _ in accounts], [holder for _, holder in accounts]
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            """INSERT INTO ledger_account (entity_id, kind, owner_ref, asset)
               SELECT %s, kind, holder, 'EUR' FROM unnest(%s::text[], %s::text[]) a(kind, holder) RETURNING id""",
            [entity_id, kinds, holders],
        )
        return [int(row[0]) for row in rows]


def _on_server(owner_url: str, *statements: sql.Composed) -> None:
    with psycopg.connect(with_database(owner_url, "postgres"), autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


def in_chunks(owner_url: str, statements: list[str], *, first: int, count: int, params: dict[str, object], what: str) -> None:
    """Run the statements for `count` numbers behind `first`, from above `%(first)s` to `%(last)s` at a time, each chunk a transaction."""
    began = time.monotonic()
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for start in range(first, first + count, CHUNK):
            with connection.transaction():
                for statement in statements:
                    connection.execute(statement, params | {"first": start, "last": min(start + CHUNK, first + count)})
    print(f"  {count} {what} written in {time.monotonic() - began:.0f} s", flush=True)


@contextmanager
def indexed_after(owner_url: str, table: str) -> Iterator[None]:
    """Inside, the table has only the indexes of its constraints; the others are built again at the end, as they were."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        found = connection.execute(
            """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i WHERE indrelid = %s::regclass
                  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)""",
            [table],
        ).fetchall()
        for name, _ in found:
            connection.execute(f"DROP INDEX {name}")  # names and definitions are the database's own
        yield
        connection.execute("SET maintenance_work_mem = '256MB'")
        for _, definition in found:
            connection.execute(definition)


def series_id(series: int, number: int) -> UUID:
    """Number `number` (below 2**25) in a series of ids: UUIDv7 in shape."""
    return UUID(f"{_base(series)}{number:012x}")


def uuid_of(series: int, number: str = "n") -> str:
    """SQL: series_id of an expression."""
    return f"('{_base(series)}' || lpad(to_hex({number}), 12, '0'))::uuid"


def public_of(prefix: str, series: int, number: str = "n") -> str:
    """SQL: the public id of series_id of an expression: ids of a series differ in their last 25 bits, five digits."""
    digits = [f"substr('{ALPHABET}', (({number} >> {shift}) & 31)::int + 1, 1)" for shift in (20, 15, 10, 5, 0)]
    return f"('{to_public(prefix, series_id(series, 0))[:-5]}' || {' || '.join(digits)})"


def _base(series: int) -> str:
    return f"019a{series:04x}-0000-7000-8000-"


def rows_like(template: models.Model, changed: dict[str, str]) -> str:
    """SQL: a row as the template for each number `n` of the chunk, whatever columns its table has by now; `changed`: by expression."""
    fields = template._meta.concrete_fields
    facts = json.dumps({field.column: getattr(template, field.attname) for field in fields}, default=str).replace("'", "''")
    columns = [str(field.column) for field in fields]
    values = [changed.get(column, f"t.{column}") for column in columns]
    table = template._meta.db_table
    return f"""INSERT INTO {table} ({", ".join(columns)}) SELECT {", ".join(values)}
      FROM jsonb_populate_record(NULL::{table}, '{facts.replace("%", "%%")}') t, {NUMBERS}"""


def hash_of(parts: list[str]) -> str:
    """SQL: hex SHA-256 of texts ended by NUL; a part that begins with "(" is an expression, any other is the text itself."""
    pieces = [f"convert_to({part}, 'UTF8')" if part.startswith("(") else f"'\\x{part.encode().hex()}'::bytea" for part in parts]
    return "encode(sha256(" + " || '\\x00'::bytea || ".join(pieces) + "), 'hex')"
