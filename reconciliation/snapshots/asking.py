"""SQL over the tables of a snapshot: invariants, the break list, marts (R16, D5). The statements lie in `sql/`, portable ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciliation.snapshots.duck import connect, names_of, quoted, statement
from reconciliation.snapshots.tables import TABLES
from reconciliation.snapshots.writing import Part, part_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]
MARTS = "marts"


@contextmanager
def snapshot(folder: Path) -> Iterator["DuckDBPyConnection"]:
    """A connection to which each table of the folder is a view of its name."""
    with connect() as duck:
        for name in TABLES:
            duck.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({quoted(folder / f'{name}.parquet')})")
        yield duck


def rows_of(duck: "DuckDBPyConnection", text: str, limit: int | None = None) -> list[Row]:
    """Rows of a statement as plain values: amounts ints, days and instants ISO text. All of them, or the first `limit`."""
    found = duck.execute(text)
    names = [str(column[0]) for column in found.description or []]
    rows = found.fetchall() if limit is None else found.fetchmany(limit)
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in rows]


def invariants() -> list[str]:
    """Names of the invariants, each a statement that selects what is wrong."""
    return names_of("invariants")


def faults_of(duck: "DuckDBPyConnection", name: str, limit: int) -> list[Row]:
    """What violates an invariant, the first rows."""
    return rows_of(duck, statement("invariants", name), limit)


def break_list(folder: Path) -> list[Row]:
    """What does not agree, from lines, items and matches alone: code, account, currency, amount_minor, business_date, reference, about."""
    with snapshot(folder) as duck:
        return rows_of(duck, statement("breaks", "breaks"))


def unequal(folder: Path) -> list[Row]:
    """Where the break list and the engine's cases differ; none on a day that was reconciled."""
    with snapshot(folder) as duck:
        duck.execute(f"CREATE VIEW breaks AS {statement('breaks', 'breaks')}")
        return rows_of(duck, statement("breaks", "not_equal"))


def marts() -> list[str]:
    return names_of(MARTS)


def mart(folder: Path, name: str) -> list[Row]:
    """The rows of one mart of the day."""
    with snapshot(folder) as duck:
        return rows_of(duck, statement(MARTS, name))


def write_marts(folder: Path) -> list[Part]:
    """`mart_<name>.csv` of every mart, beside the tables that they come from."""
    with snapshot(folder) as duck:
        for name in marts():
            duck.execute(f"COPY ({statement(MARTS, name)}) TO {quoted(folder / f'mart_{name}.csv')} (FORMAT csv, HEADER)")
    return [part_of(folder / f"mart_{name}.csv") for name in marts()]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
