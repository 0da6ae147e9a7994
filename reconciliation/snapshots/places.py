"""Where in a damaged file the first wrong row is, told from its twin: a table's CSV is made from its Parquet."""

import tempfile
from pathlib import Path
from typing import Any

from reconciliation.snapshots.duck import connect
from reconciliation.snapshots.tables import TABLES
from reconciliation.snapshots.writing import write_csv


def first_wrong_row(folder: Path, name: str, good: set[str]) -> dict[str, Any]:
    """{"line", "row", "expected", "found"} of a table's CSV whose Parquet is whole; {} where nothing tells."""
    stem, _, ending = name.rpartition(".")
    if ending != "csv" or stem not in TABLES or f"{stem}.parquet" not in good:
        return {}
    with tempfile.TemporaryDirectory(prefix="close-") as made, connect() as duck:
        write_csv(duck, TABLES[stem], folder / f"{stem}.parquet", Path(made) / name)
        return difference_of(folder / name, Path(made) / name)


def difference_of(found: Path, expected: Path) -> dict[str, Any]:
    """The first line, from 1, in which two text files differ; line 1 is the header, so that row = line - 1."""
    with found.open("rb") as left, expected.open("rb") as right:
        number = 0
        while True:
            one, other = left.readline(1 << 20), right.readline(1 << 20)
            number += 1
            if one != other:
                return {"line": number, "row": number - 1, "expected": _shown(other), "found": _shown(one)}
            if not one:
                return {}


def _shown(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\n")[:200]
