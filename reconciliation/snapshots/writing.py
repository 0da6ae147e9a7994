"""Tables to Parquet and CSV. Rows come as a raw CSV in their order; they are read from the disk and written to it, never held."""

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciliation.snapshots.duck import quoted
from reconciliation.snapshots.tables import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FORMULA = "'^[=+@\\t\\r\\n-]'"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a bundle. `sha256` hex, `size` in bytes, `rows` of a table (0 for what is none)."""

    name: str
    sha256: str
    size: int
    rows: int

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "sha256": self.sha256, "bytes": self.size, "rows": self.rows}


def part_of(path: Path, rows: int = 0) -> Part:
    """A written file as a part, its hash read in pieces."""
    with path.open("rb") as file:
        return Part(path.name, hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size, rows)


def write_raw(path: Path, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """A raw CSV as PostgreSQL's COPY makes it: None is empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.names)
        writer.writerows(rows)


def write_table(duck: "DuckDBPyConnection", table: Table, raw: Path, folder: Path) -> list[Part]:
    """`<name>.parquet` and `<name>.csv` of the raw rows. In the CSV a text that a spreadsheet would run begins with an apostrophe."""
    parquet, text = folder / f"{table.name}.parquet", folder / f"{table.name}.csv"
    duck.execute(f"COPY (SELECT * FROM {_raw(table, raw)}) TO {quoted(parquet)} (FORMAT parquet, COMPRESSION zstd)")
    rows = write_csv(duck, table, parquet, text)
    return [part_of(parquet, rows), part_of(text, rows)]


def write_csv(duck: "DuckDBPyConnection", table: Table, parquet: Path, text: Path) -> int:
    """The CSV of a table, made from its Parquet, so that one proves the other; gives the number of rows."""
    cells = ", ".join(map(_cell, table.columns))
    written = duck.execute(f"COPY (SELECT {cells} FROM {quoted(parquet)}) TO {quoted(text)} (FORMAT csv, HEADER)").fetchone()
    return int(written[0]) if written else 0


def _raw(table: Table, raw: Path) -> str:
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in table.duck_types.items())
    texts = ", ".join(f"'{name}'" for name in table.texts)
    return (
        f"read_csv({quoted(raw)}, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '',"
        f" strict_mode = true, max_line_size = 8000000, force_not_null = [{texts}], columns = {{{types}}})"
    )


def _cell(column: tuple[str, str]) -> str:
    name, kind = column
    if kind != "text":
        return f'"{name}"'
    return f'CASE WHEN regexp_matches("{name}", {_FORMULA}) THEN \'\'\'\' || "{name}" ELSE "{name}" END AS "{name}"'
