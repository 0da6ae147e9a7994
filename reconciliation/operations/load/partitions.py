"""Partitions of the tables of lines (DESIGN.md decision 14).

A small load goes to the month's partition, with live indexes. A large one gets a partition of its own, which is filled without
indexes and attached after: attaching builds them, and takes no lock that stops readers.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from psycopg import Copy, sql

from reconciliation.operations.load.progress import note_lines, note_stage

LARGE_FILE_BYTES = 16 * 1024 * 1024
_FIRST_OWN_BUCKET = 10_000_000_000
# What the rules join and group by; the other columns need no statistics before autovacuum takes them.
_JOINED = {
    "reconciliation_psp_line": (
        "batch_id",
        "bucket",
        "kind",
        "reverses",
        "gross_currency",
        "object_reference",
        "reference_kind",
        "reference_id",
        "object_kind",
        "object_id",
    ),
    "reconciliation_bank_line": ("statement_id", "bank_account_id", "booked_date"),
}
_CHUNK_CHARACTERS = 256 * 1024


def choose_bucket(byte_size: int, now: datetime) -> int:
    """yyyymm for a small load, a number of its own for a large one."""
    if byte_size < LARGE_FILE_BYTES:
        return now.year * 100 + now.month
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('reconciliation_psp_line_id_seq')")
        return _FIRST_OWN_BUCKET + int(cursor.fetchone()[0])


def is_own(bucket: int) -> bool:
    """Whether the bucket holds one load only."""
    return bucket > _FIRST_OWN_BUCKET


def partition_name(table: str, bucket: int) -> str:
    """Name of the partition inside the schema `lines`: ("reconciliation_psp_line", 202603) -> "psp_line_202603"."""
    return f"{table.removeprefix('reconciliation_')}_{bucket}"


def open_partition(table: str, bucket: int) -> None:
    """Make the place that `copy_lines` writes to. Needs a transaction: a large load's table disappears with it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [f"{table}:{bucket}"])
        cursor.execute("SELECT to_regclass(%s)", [f"lines.{partition_name(table, bucket)}"])
        if cursor.fetchone()[0] is not None:
            return
        # The check proves the bound row by row, so that attaching needs no scan.
        columns = "(LIKE {parent} INCLUDING DEFAULTS, CONSTRAINT bucket CHECK (bucket = {bucket}))"
        cursor.execute(_statement(f"CREATE TABLE {{partition}} {columns}", table, bucket))
        if not is_own(bucket):
            _attach(table, bucket)
            owner = "batch_id" if table == "reconciliation_psp_line" else "statement_id"
            cursor.execute(_statement("CREATE INDEX ON {partition} ({column})", table, bucket, column=sql.Identifier(owner)))


def copy_lines(table: str, bucket: int, columns: tuple[str, ...], rows: Iterable[str]) -> None:
    """COPY text rows (tab separated, escaped, with their line end) into the bucket's partition."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    # A table made in this transaction is filled with rows that need no second visit.
    options = sql.SQL(" (FREEZE)" if is_own(bucket) else "")
    statement = _statement("COPY {partition} ({columns}) FROM STDIN{options}", table, bucket, columns=names, options=options)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        chunk: list[str] = []
        size = 0
        for row in rows:
            chunk.append(row)
            size += len(row)
            if size > _CHUNK_CHARACTERS:
                _write(copy, chunk)
                chunk, size = [], 0
        _write(copy, chunk)


def _write(copy: Copy, chunk: list[str]) -> None:
    text = "".join(chunk)
    copy.write(text)
    note_lines(text.count("\n"))


def close_partition(table: str, bucket: int) -> None:
    """Attach a large load's table: its indexes are built now, and its statistics taken."""
    if is_own(bucket):
        note_stage("Building indexes")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
            _attach(table, bucket)
            columns = sql.SQL(", ").join(map(sql.Identifier, _JOINED[table]))
            cursor.execute(_statement("ANALYZE {partition} ({columns})", table, bucket, columns=columns))


def _attach(table: str, bucket: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_statement("ALTER TABLE {parent} ATTACH PARTITION {partition} FOR VALUES IN ({bucket})", table, bucket))
        cursor.execute(_statement("ALTER TABLE {partition} DROP CONSTRAINT bucket", table, bucket))


def _statement(template: str, table: str, bucket: int, **parts: sql.Composable) -> str:
    """SQL with quoted names; no value in it comes from a file."""
    composed = sql.SQL(template).format(
        partition=sql.Identifier("lines", partition_name(table, bucket)), parent=sql.Identifier(table), bucket=sql.Literal(bucket), **parts
    )
    return composed.as_string(None)
