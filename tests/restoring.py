"""A test database put back in place: the rows that came go, those that were there come back, guards and numbers are as they were.

A copy of the template is some 1,600 files. Where hundreds are made and dropped in minutes, the file system takes seconds for each (ext4
passes over every inode that was freed lately, one by one). So a copy is made anew only where more than rows, numbers and guards changed.
"""

from dataclasses import dataclass, replace

import psycopg
from psycopg import sql

ROWS_AT_MOST = 20_000  # above, a new copy is quicker
WAIT = "-c lock_timeout=10s"
Marks = dict[str, tuple[int, int]]
NO_ROWS = (0, 0)

TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
FILLED = f"{TABLES.removesuffix('ORDER BY relname')} AND pg_relation_size(oid) > 0"
PARTITIONS = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace('lines') ORDER BY relname"
SCHEMA = " UNION ALL ".join(
    f"SELECT '{catalog}', count(*), max(xmin::text::bigint) FROM {catalog} WHERE {which}"
    for catalog, which in (
        ("pg_class", "relpersistence <> 't' AND relkind NOT IN ('p', 'I', 't') AND relnamespace <> 'pg_toast'::regnamespace"),
        ("pg_attribute", "attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"),
        ("pg_namespace", r"nspname NOT LIKE 'pg\_t%'"),
        *((name, "true") for name in ("pg_attrdef", "pg_constraint", "pg_index", "pg_proc", "pg_policy", "pg_rewrite", "pg_default_acl")),
    )
)
TRIGGERS = "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal"
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
AT_ONCE = "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND NOT condeferrable"
LEAVE = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
STANDS = {"O": "ENABLE TRIGGER", "A": "ENABLE ALWAYS TRIGGER", "R": "ENABLE REPLICA TRIGGER", "D": "DISABLE TRIGGER"}


@dataclass(frozen=True)
class Snapshot:
    """A database as it was. `marks`: rows of each table and the newest transaction that wrote one; `lines`: of partitions, of
    which new ones go; the others are not put back, only looked at. `content`: what COPY wrote."""

    schema: frozenset[tuple[object, ...]]
    guards: dict[tuple[str, str, str], str]
    marks: Marks
    lines: Marks
    content: dict[str, bytes]
    numbers: dict[str, int | None]
    checked_at_once: frozenset[str]


def take(url: str) -> Snapshot:
    """Of the database at this address, which nobody writes to meanwhile."""
    with psycopg.connect(url, autocommit=True) as connection:
        marks = _marks(connection, [row[0] for row in connection.execute(TABLES)])
        return Snapshot(
            schema=_schema(connection),
            guards=_guards(connection),
            marks=marks,
            lines=_lines(connection),
            content={table: _written(connection, table) for table, (rows, _) in marks.items() if rows},
            numbers=dict(connection.execute(SEQUENCES).fetchall()),
            checked_at_once=frozenset(row[0] for row in connection.execute(AT_ONCE)),
        )


def put_back(url: str, was: Snapshot) -> Snapshot | None:
    """Everybody else's session is ended. None where that is not enough: the schema changed, or too many rows came."""
    try:
        with psycopg.connect(url, autocommit=True, options=WAIT) as connection:
            connection.execute(LEAVE)
            filled = [row[0] for row in connection.execute(FILLED)]  # to ask of all tables takes twice as long
            if not was.marks.keys() >= {*filled}:
                return None
            marks, guards = dict.fromkeys(was.marks, NO_ROWS) | _marks(connection, filled), _guards(connection)
            _drop_partitions(connection, was)
            changed = [table for table, mark in marks.items() if mark != was.marks[table]]
            if sum(marks[table][0] for table in changed) > ROWS_AT_MOST or guards.keys() != was.guards.keys():
                return None
            if _schema(connection) != was.schema or _lines(connection) != was.lines:
                return None
            with connection.transaction():
                _write(connection, was, changed, {guard[0] for guard, stands in guards.items() if stands != was.guards[guard]})
            return replace(was, marks=was.marks | _marks(connection, changed))
    except psycopg.OperationalError:  # it is gone, or somebody holds a lock
        return None


def _write(connection: psycopg.Connection, was: Snapshot, changed: list[str], loosened: set[str]) -> None:
    """Guards off, rows, guards on. A reference that is checked at once is removed before, and comes after, what it points at."""
    guarded = {table for table, *_ in was.guards} & {*changed, *loosened}
    for table in guarded:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
    in_order = sorted(changed, key=lambda table: table not in was.checked_at_once)
    for table in in_order:
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    for table in (table for table in reversed(in_order) if table in was.content):
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
            copy.write(was.content[table])
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for (table, name, _), stands in was.guards.items():
        if table in guarded:
            put = sql.SQL("ALTER TABLE {} " + STANDS[stands] + " {}")
            connection.execute(put.format(sql.Identifier(table), sql.Identifier(name)))
    for name, last in connection.execute(SEQUENCES).fetchall():
        if last != was.numbers[name]:
            connection.execute("SELECT setval(%s::regclass, %s, %s)", [f'"{name}"', was.numbers[name] or 1, was.numbers[name] is not None])


def _drop_partitions(connection: psycopg.Connection, was: Snapshot) -> None:
    for table in _lines(connection).keys() - was.lines.keys():
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier("lines", table)))


def _lines(connection: psycopg.Connection) -> Marks:
    return _marks(connection, [row[0] for row in connection.execute(PARTITIONS)], schema="lines")


def _marks(connection: psycopg.Connection, tables: list[str], *, schema: str = "public") -> Marks:
    one = sql.SQL("SELECT {}, count(*), coalesce(max(xmin::text::bigint), 0) FROM {}")
    parts = [one.format(sql.Literal(table), sql.Identifier(schema, table)) for table in tables]
    rows = connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall() if parts else []
    return {table: (count, newest) for table, count, newest in rows}


def _schema(connection: psycopg.Connection) -> frozenset[tuple[object, ...]]:
    return frozenset(connection.execute(SCHEMA).fetchall())


def _guards(connection: psycopg.Connection) -> dict[tuple[str, str, str], str]:
    return {(table, name, text): stands for table, name, text, stands in connection.execute(TRIGGERS).fetchall()}


def _written(connection: psycopg.Connection, table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(part) for part in copy)
