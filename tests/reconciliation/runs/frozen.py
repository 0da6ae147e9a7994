"""The tables of a day's snapshot as files, without a signature: what SQL over them says (R16)."""

from datetime import date
from pathlib import Path
from typing import Any


def freeze_tables(entity: Any, day: date, folder: Path) -> Path:
    """Every table of the day's snapshot as Parquet and CSV."""
    from ledger.calendar import day_bounds
    from reconciliation.queries.snapshot import write_rows
    from reconciliation.snapshots.duck import connect
    from reconciliation.snapshots.tables import TABLES
    from reconciliation.snapshots.writing import write_raw, write_table

    folder.mkdir()
    start, end = (moment.replace(tzinfo=None) for moment in day_bounds(entity, day))
    with connect() as duck:
        for name, table in TABLES.items():
            raw = folder / f"{name}.raw"
            if name == "snapshot_day":
                write_raw(raw, table, [(entity.code, day, 1, entity.licence, start, end, end)])
            else:
                write_rows(entity, day, name, raw)
            write_table(duck, table, raw, folder)
    return folder
