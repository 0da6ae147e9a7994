"""One connection of DuckDB: one thread and a bound on memory, so that a snapshot of any size is written alike and in little room.

DuckDB is loaded when the first connection is wanted: 34 MB that no process needs which writes no snapshot.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SETTINGS = (
    "threads = 1", "memory_limit = '200MB'", "preserve_insertion_order = true", "autoinstall_known_extensions = false",
    "autoload_known_extensions = false", "temp_directory = ''",
)  # fmt: skip
SQL = Path(__file__).parent / "sql"


@contextmanager
def connect() -> Iterator["DuckDBPyConnection"]:
    """A database in memory, that fetches nothing from anywhere."""
    import duckdb

    with duckdb.connect() as connection:
        for setting in _SETTINGS:
            connection.execute(f"SET {setting}")
        yield connection


def quoted(path: Path | str) -> str:
    """A path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def statement(folder: str, name: str) -> str:
    """The text of one of our SQL files."""
    return (SQL / folder / f"{name}.sql").read_text(encoding="utf-8")


def names_of(folder: str) -> list[str]:
    """The SQL files of a folder, by name."""
    return sorted(path.stem for path in (SQL / folder).glob("*.sql"))
