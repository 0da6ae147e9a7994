"""How these queries read rows."""

from collections.abc import Iterator
from typing import Any

from django.db import connection


def fetch(sql: str, params: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Every row of a statement with few of them."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        yield from cursor.fetchall()


def number(sql: str, params: dict[str, Any]) -> int:
    """The one number that a statement selects; 0 for none."""
    row = next(fetch(sql, params), None)
    return int(row[0] or 0) if row else 0
