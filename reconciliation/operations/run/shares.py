"""A large batch that is untouched is paired by two connections at once, each half of its lines: the database takes a processor for each.

Both halves stand or fall together: the other connection commits only when both statements have ended well. A process killed between the
two commits leaves one half paired; the next run finds the batch touched and pairs the rest.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction

from reconciliation.models import PspLine

LARGE = 100_000  # lines; below, a second connection costs more than it gives
SAMPLE = 1  # per cent of the lines' pages
FIRST = 0.45  # of the lines; the other half holds the greater keys, writes at the end of the indexes, and is quicker
# A half that waits for a lock waits for the other half: they name one item, and the batch is not as fresh as it looked.
_SETTINGS = "SET LOCAL lock_timeout = '3s'; SET LOCAL work_mem = '256MB'"


class NotInShares(Exception):
    """Two lines name one item, or a connection failed: nothing of either half is left."""


def insert_in_shares(statement: str, parameters: dict[str, Any], key: tuple[str, str] | None = None) -> int:
    """Run an INSERT … SELECT over lines `l` of a batch by halves; the number of rows of both. Needs an open transaction, which holds one
    half; the other is committed when this returns. Raises NotInShares.

    `key`: columns of `l` and of the items `i`, uuids that the join makes equal: cut by them, each half looks at its own items only.
    """
    (first, second), middle = _cut(parameters, key)
    given = parameters | {"middle": middle}
    ended, verdict = Future[int](), SimpleQueue[bool]()
    with ThreadPoolExecutor(1, thread_name_prefix="pairing") as pool:
        other = pool.submit(_other_half, statement + second, given, ended, verdict)
        try:
            with transaction.atomic():
                count = _insert(statement + first, given)
                count += ended.result()
                verdict.put(True)
                other.result()
        except (IntegrityError, OperationalError) as fault:
            raise NotInShares(type(fault).__name__) from fault
        finally:
            verdict.put(False)
    return count


def _other_half(statement: str, parameters: dict[str, Any], ended: "Future[int]", verdict: "SimpleQueue[bool]") -> None:
    """In a thread and a connection of its own: insert, tell how many rows, and wait to hear whether they may stay."""
    try:
        with transaction.atomic():
            ended.set_result(_insert(statement, parameters))
            if not verdict.get():
                transaction.set_rollback(True)
    except BaseException as fault:
        if ended.done():
            raise
        ended.set_exception(fault)
    finally:
        connection.close()


def _insert(statement: str, parameters: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
        cursor.execute(statement, parameters)
        count = int(cursor.rowcount)
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")  # what the caller's transaction does next may wait as ever
        return count


def _cut(parameters: dict[str, Any], key: tuple[str, str] | None) -> tuple[tuple[str, str], Any]:
    """The conditions of both halves, and the value in their middle: by the key of a sample of the lines, else by their ids."""
    columns, middle = ["l.id"], None
    if key is not None and (middle := _parting(parameters, key[0])) is not None:
        columns = [f"l.{key[0]}", f"i.{key[1]}"]
    first, second = ("".join(f" AND {column} {side} %(middle)s" for column in columns) for side in ("<=", ">"))
    return (first, second), _middle_id(parameters) if middle is None else middle


def _parting(parameters: dict[str, Any], column: str) -> UUID | None:
    """The value that parts the first half of the bucket's lines from the other; None where the sample has none."""
    sample = f"FROM reconciliation_psp_line l TABLESAMPLE SYSTEM ({SAMPLE}) WHERE l.bucket = %(bucket)s"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT percentile_disc({FIRST}) WITHIN GROUP (ORDER BY l.{column}) {sample}", parameters)
        found: UUID | None = cursor.fetchone()[0]
    return found


def _middle_id(parameters: dict[str, Any]) -> int:
    """An id with about as many of the bucket's lines before as behind it."""
    lines = PspLine.objects.filter(bucket=parameters["bucket"])
    first, last = (lines.order_by(order).values_list("id", flat=True).first() or 0 for order in ("id", "-id"))
    return int(first + last) // 2
