"""The files of a day's snapshot: written when the day is prepared, bound by the signature (D4).

What is signed exists already: who prepares writes the files, by their hashes, before another person is asked, and the request that is
signed carries the hashes. The signature holds them against the disk and adds the manifest, which stands in the database. So no signed
day lacks its files, and a process that dies leaves either a day that is open or a bundle that is whole.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ledger.calendar import day_bounds
from ledger.kept_files import FileNotKept
from ledger.models import User
from ledger.operations.audit_heads import BoundHead
from ledger.proofs.run import one_snapshot
from ledger.signing import get_signer
from reconciliation.models import DailyClose
from reconciliation.operations.closing.refusals import CloseNotReady
from reconciliation.operations.storing import store
from reconciliation.queries.bundles import FOLDER, part_path
from reconciliation.queries.snapshot import write_rows
from reconciliation.queries.stored import is_intact
from reconciliation.queries.totals import day_totals
from reconciliation.snapshots.asking import write_marts
from reconciliation.snapshots.duck import connect
from reconciliation.snapshots.manifest import CHECKLIST, SUMMARY, TOTALS, json_bytes, manifest_bytes, manifest_of, signature_bytes
from reconciliation.snapshots.tables import TABLES
from reconciliation.snapshots.writing import Part, part_of, write_raw, write_table

DAY_TABLE = "snapshot_day"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the parts as the manifest lists them, and the totals that they hold."""

    parts: list[dict[str, Any]]
    totals: dict[str, Any]


def write_parts(close: DailyClose, items: Sequence[Mapping[str, Any]], *, preparer: User, now: datetime) -> Written:
    """Write every file of the day's snapshot and keep them under FILES_DIR by their hashes; the same day gives the same bytes.

    All tables see one moment of the database; it is left before they are made into Parquet, so that nothing waits for that. Must be
    called with no transaction open. Raises CloseNotReady where the disk refuses.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="close-") as name:
            folder = Path(name)
            totals = _read(close, folder, now)
            parts = [*_tables(folder), *write_marts(folder), *_texts(close, items, totals, preparer, folder)]
            for part in parts:
                _keep(folder / part.name, part)
    except (OSError, FileNotKept) as problem:
        why = problem.message if isinstance(problem, FileNotKept) else f"the disk says: {problem.strerror or problem}"
        raise CloseNotReady("The snapshot's files can't be written.", missing=[why]) from problem
    return Written([part.as_dict() for part in parts], totals)


def require_parts(parts: Sequence[Mapping[str, Any]]) -> None:
    """Every file lies where it was kept, with its hash. Raises CloseNotReady naming those that don't."""
    lost = [str(part["name"]) for part in parts if not is_intact(part_path(str(part["sha256"])), str(part["sha256"]))]
    if lost:
        raise CloseNotReady("Files of the snapshot are damaged or gone. Send the day back, and prepare it again.", missing=lost)


def sign_bundle(
    close: DailyClose, payload: Mapping[str, Any], *, head: BoundHead, totals_sha256: str, approval: str
) -> tuple[dict[str, Any], str]:
    """The manifest over the files that were prepared, and signature.json over it. Raises ImproperlyConfigured without a key."""
    facts = {
        "close": _about(close),
        "prepared": _person(close.preparer, close.prepared_at),
        "signed": {**_person(close.signer, close.signed_at), "approval_id": approval},
        "totals_sha256": totals_sha256,
        "journal": payload["totals"]["journal"],
        "audit_head": {
            "position": head.position, "chain_hash": head.chain_hash, "key_id": head.key_id, "signature": head.signature,
        },
    }  # fmt: skip
    manifest = manifest_of(facts, payload["parts"])
    return manifest, signature_bytes(manifest_bytes(manifest), get_signer()).decode()


def _read(close: DailyClose, folder: Path, now: datetime) -> dict[str, Any]:
    """Raw rows of every table, and the totals of the same moment."""
    with one_snapshot():
        for name in TABLES:
            if name != DAY_TABLE:
                write_rows(close.entity, close.business_date, name, folder / f"{name}.raw")
        totals = day_totals(close.entity, close.business_date)
    start, end = (moment.replace(tzinfo=None) for moment in day_bounds(close.entity, close.business_date))
    row = (close.entity.code, close.business_date, close.version, close.entity.licence, start, end, now.replace(tzinfo=None))
    write_raw(folder / f"{DAY_TABLE}.raw", TABLES[DAY_TABLE], [row])
    return totals


def _tables(folder: Path) -> list[Part]:
    parts: list[Part] = []
    with connect() as duck:
        for name, table in TABLES.items():
            parts += write_table(duck, table, folder / f"{name}.raw", folder)
            (folder / f"{name}.raw").unlink()
    return parts


def _texts(close: DailyClose, items: Sequence[Mapping[str, Any]], totals: Mapping[str, Any], preparer: User, folder: Path) -> list[Part]:
    """totals.json, checklist.json, summary.pdf."""
    (folder / TOTALS).write_bytes(json_bytes(totals))
    (folder / CHECKLIST).write_bytes(json_bytes({"items": list(items), "overrides": close.overrides}))
    about = {**_about(close), "prepared_by": preparer.get_username()}
    from reconciliation.snapshots.summary import write_summary  # loads reportlab: one process of all freezes days

    write_summary(folder / SUMMARY, close=about, totals=totals, checklist=items)
    return [part_of(folder / name) for name in (TOTALS, CHECKLIST, SUMMARY)]


def _about(close: DailyClose) -> dict[str, Any]:
    return {
        "id": close.public_id, "entity": close.entity.code, "entity_name": close.entity.name, "version": close.version,
        "business_date": close.business_date.isoformat(), "zone": close.zone, "cutoff": close.cutoff.isoformat(),
    }  # fmt: skip


def _person(user: User | None, at: datetime | None) -> dict[str, str]:
    assert user is not None and at is not None
    return {"id": str(user.pk), "name": user.get_username(), "at": at.isoformat()}


def _keep(path: Path, part: Part) -> None:
    with path.open("rb") as file:
        store(file, part.sha256, under=FOLDER)
