"""Database roles (DESIGN.md decision 3): what the application's role may do with each table.

Append-only tables say so in their comment: SELECT and INSERT; the journal SELECT only, for the posting functions write it.
Partitioned tables of lines, and tables whose comment says that the application owns them, belong to it, for it makes and attaches
partitions. All others: SELECT, INSERT, UPDATE, DELETE.
"""

from dataclasses import dataclass, field

from django.db import connection
from psycopg import sql

from ledger.models.base import APP_OWNED, APPEND_ONLY

APP = "countroom_app"
JOURNAL = ("ledger_account", "ledger_journal_transaction", "ledger_entry")  # written by the posting functions alone, which are the owner's
OWNER = "countroom_owner"

_TABLES = """
SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''), c.relkind = 'p' OR c.relispartition
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relispartition, c.relname
"""
# Schemas beside public hold partitions that the application makes and drops.
_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname <> 'public' AND nspname !~ '^pg_' AND nspname <> 'information_schema'"
_SEQUENCES_OF = """
SELECT DISTINCT s.relname FROM pg_depend d JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
  JOIN pg_attrdef a ON a.oid = d.objid AND d.classid = 'pg_attrdef'::regclass WHERE a.adrelid = %s::regclass
   AND NOT EXISTS (SELECT FROM pg_depend o WHERE o.objid = s.oid AND o.deptype IN ('a', 'i'))
"""


@dataclass(frozen=True, slots=True)
class Grants:
    """What was granted, by table name."""

    append_only: list[str] = field(default_factory=list)
    owned_by_app: list[str] = field(default_factory=list)
    writable: list[str] = field(default_factory=list)


def setup_roles(*, app: str = APP, password: str = "") -> Grants:
    """Make the application's role if it is missing, and grant it exactly its rights on every table, now and later."""
    grants = Grants()
    with connection.cursor() as cursor:
        owner = _current_user()
        if owner == app:
            raise ValueError(f"Connect as the owner of the tables, not as {app}.")
        _make_role(app, password)
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {app}",
            "GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA public TO {app}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, USAGE ON SEQUENCES TO {app}",
        ):
            _run(statement, app=app)
        # Who takes a table over needs CREATE on its schema at that moment; the application keeps it only in schemas of its own.
        _run("GRANT CREATE ON SCHEMA public TO {app}", app=app)
        cursor.execute(_TABLES)
        for table, comment, is_partitioned in cursor.fetchall():
            _grant(table, comment, is_partitioned, app, grants)
        _run("REVOKE CREATE ON SCHEMA public FROM {app}", app=app)
        _run("GRANT EXECUTE ON FUNCTION ledger_post, ledger_post_many TO {app}", app=app)
        cursor.execute(_SCHEMAS)
        for (schema,) in cursor.fetchall():
            _run("ALTER SCHEMA {schema} OWNER TO {app}", schema=schema, app=app)
    return grants


def unguarded_tables() -> list[str]:
    """Tables marked append-only whose guard is missing or switched off: none, on a healthy system (L2)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND obj_description(c.oid, 'pg_class') = %s"
            " AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'append_only' AND t.tgenabled = 'A')",
            [APPEND_ONLY],
        )
        return [str(row[0]) for row in cursor.fetchall()]


def _grant(table: str, comment: str, is_partitioned: bool, app: str, grants: Grants) -> None:
    if comment == APPEND_ONLY:
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_make_append_only(%s::regclass)", [table])
        _run("REVOKE ALL ON {table} FROM {app}", table=table, app=app)
        _run(f"GRANT {'SELECT' if table in JOURNAL else 'SELECT, INSERT'} ON {{table}} TO {{app}}", table=table, app=app)
        grants.append_only.append(table)
    elif is_partitioned or comment == APP_OWNED:
        _give(table, app)
        grants.owned_by_app.append(table)
    else:
        _run("GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app}", table=table, app=app)
        grants.writable.append(table)


def _give(table: str, app: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SEQUENCES_OF, [table])
        sequences = [row[0] for row in cursor.fetchall()]
    _run("ALTER TABLE {table} OWNER TO {app}", table=table, app=app)
    for sequence in sequences:
        _run("ALTER SEQUENCE {table} OWNER TO {app}", table=sequence, app=app)


def _make_role(app: str, password: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [app])
        if cursor.fetchone() is None:
            _run("CREATE ROLE {app} LOGIN", app=app)
            _run("GRANT {app} TO CURRENT_USER", app=app)
            if password:
                statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(app), sql.Literal(password))
                cursor.execute(statement.as_string(connection.connection))


def _run(statement: str, **names: str) -> None:
    composed = sql.SQL(statement).format(**{name: sql.Identifier(value) for name, value in names.items()})
    with connection.cursor() as cursor:
        cursor.execute(composed.as_string(connection.connection))


def _current_user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])
