"""What the files of a bundle say of each other: counts, sums, invariants; asked only of files whose hash is right."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from ledger.audit_files import digest_of
from ledger.canonical import canonical_json, sha256_hex
from ledger.ids import to_public
from ledger.proofs.checks import SHOWN, Check, Difference, check_of
from reconciliation.snapshots.asking import faults_of, invariants, rows_of, snapshot, write_marts
from reconciliation.snapshots.duck import connect
from reconciliation.snapshots.manifest import TOTALS
from reconciliation.snapshots.places import difference_of
from reconciliation.snapshots.tables import TABLES
from reconciliation.snapshots.writing import write_csv

_MOVEMENTS = """
SELECT t.kind, e.asset AS currency, count(DISTINCT t.id) AS count, sum(e.amount_minor) AS debit_minor
  FROM entries e JOIN transactions t ON t.id = e.transaction_id WHERE e.amount_minor > 0
 GROUP BY t.kind, e.asset ORDER BY t.kind, e.asset
"""
_BALANCES = """
SELECT account, asset AS currency, sum(CASE WHEN total_minor > 0 THEN total_minor ELSE 0 END) AS debit_minor,
       sum(CASE WHEN total_minor < 0 THEN -total_minor ELSE 0 END) AS credit_minor
  FROM balances GROUP BY account, asset ORDER BY asset, account
"""
_CASES = """
SELECT code, state, currency, count(*) AS count, sum(amount_minor) AS amount_minor FROM cases
 GROUP BY code, state, currency ORDER BY code, state, currency
"""
_JOURNAL = "SELECT count(*) AS transactions, min(id) AS first, max(id) AS last FROM transactions"


def checks(folder: Path, manifest: dict[str, Any]) -> list[Check]:
    """Every check of what is inside."""
    listed = {row["name"] for row in manifest["files"]}
    lacking = [name for name in TABLES if not {f"{name}.parquet", f"{name}.csv"} <= listed]
    if lacking or TOTALS not in listed:
        return [
            check_of("tables_are_complete", len(TABLES), [{"file": name, "fault": "the table is missing"} for name in lacking or [TOTALS]])
        ]
    with snapshot(folder) as duck:
        sums = [_counts(duck, manifest), _totals(duck, folder, manifest)]
        held = [check_of(name, len(TABLES), faults_of(duck, name, SHOWN)) for name in invariants()]
    return [*sums, *held, check_of("twins_agree", len(TABLES), _twins(folder)), check_of("marts_agree", 1, _marts(folder, listed))]


def _counts(duck: Any, manifest: dict[str, Any]) -> Check:
    """Each table has as many rows as the manifest says."""
    said = {row["name"]: row["rows"] for row in manifest["files"]}
    found = {name: rows_of(duck, f"SELECT count(*) AS rows FROM {name}")[0]["rows"] for name in TABLES}
    wrong = [
        {"file": f"{name}.parquet", "manifest_rows": said[f"{name}.parquet"], "rows": rows, "fault": "another number of rows"}
        for name, rows in found.items()
        if rows != said[f"{name}.parquet"] or rows != said[f"{name}.csv"]
    ]
    return check_of("rows_are_counted", sum(found.values()), wrong)


def _totals(duck: Any, folder: Path, manifest: dict[str, Any]) -> Check:
    """totals.json is what was signed, and what the tables sum to."""
    totals = json.loads((folder / TOTALS).read_bytes())
    return check_of("totals_are_the_tables", 5, _total_faults(duck, totals, manifest))


def _total_faults(duck: Any, totals: dict[str, Any], manifest: dict[str, Any]) -> Iterator[Difference]:
    if sha256_hex(canonical_json(totals)) != manifest["totals_sha256"]:
        yield {"file": TOTALS, "fault": "not the totals that were signed"}
    close = manifest["close"]
    day = rows_of(duck, "SELECT entity, business_date, version FROM snapshot_day")
    if day != [{"entity": close["entity"], "business_date": close["business_date"], "version": close["version"]}]:
        yield {"file": "snapshot_day.parquet", "fault": "another day than the manifest's"}
    journal = _journal(duck)
    for said, where in ((totals["journal"], TOTALS), (manifest["journal"], "manifest.json")):
        if said != journal:
            yield {"file": where, "fault": "the range of the journal is another", "said": said, "found": journal}
    for name, query in (("movements", _MOVEMENTS), ("balances", _BALANCES), ("cases", _CASES)):
        yield from _rows_differ(name, totals[name], rows_of(duck, query))


def _journal(duck: Any) -> dict[str, Any]:
    found = rows_of(duck, _JOURNAL)[0]
    ids = {name: to_public("txn_", UUID(found[name])) if found[name] else "" for name in ("first", "last")}
    return {"transactions": found["transactions"], **ids}


def _rows_differ(name: str, said: list[dict[str, Any]], found: list[dict[str, Any]]) -> Iterator[Difference]:
    """Rows of a total that the tables don't give, either way round."""
    one, other = ({canonical_json(row) for row in rows} for rows in (said, found))
    for row in sorted(one - other):
        yield {"file": TOTALS, "total": name, "fault": "the tables don't sum to this", "row": row}
    for row in sorted(other - one):
        yield {"file": TOTALS, "total": name, "fault": "the tables sum to this", "row": row}


def _twins(folder: Path) -> Iterator[Difference]:
    """Each CSV is its Parquet."""
    with tempfile.TemporaryDirectory(prefix="close-") as made, connect() as duck:
        for name, table in TABLES.items():
            again = Path(made) / f"{name}.csv"
            write_csv(duck, table, folder / f"{name}.parquet", again)
            if digest_of(again) != digest_of(folder / f"{name}.csv"):
                yield {"file": f"{name}.csv", "fault": "not the rows of its Parquet", **difference_of(folder / f"{name}.csv", again)}
            again.unlink()


def _marts(folder: Path, listed: set[str]) -> Iterator[Difference]:
    """Each mart of this version is what the tables give; a mart that a later version gives other columns is not judged."""
    with tempfile.TemporaryDirectory(prefix="close-") as made:
        for name in TABLES:
            (Path(made) / f"{name}.parquet").symlink_to((folder / f"{name}.parquet").absolute())
        for part in write_marts(Path(made)):
            if part.name in listed and digest_of(folder / part.name) != part.sha256:
                yield {"file": part.name, "fault": "not what the tables give", **difference_of(folder / part.name, Path(made) / part.name)}
