"""The truth file: what was really wrong, written by those who broke it and never seen by the matcher (INTERFACES.md 2).

JSON lines. The first row names the run; each further row is one injected break. Amounts are integers in minor units.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

KEY_NAMES = ("merchant_reference", "psp_reference", "bank_reference")


class TruthFileError(Exception):
    """The file is not a truth file; the message names the line and what to do."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One injected break: what code it must raise, on which account and day, and the references it carries."""

    code: str
    account: str
    business_date: date
    currency: str
    amount_minor: int
    keys: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Truth:
    """A whole truth file: the run's frame and its breaks."""

    run_id: str
    seed: int
    first: date
    last: date
    accounts: tuple[str, ...]
    mismatches: tuple[Mismatch, ...]


def write_truth(path: Path, truth: Truth) -> None:
    """Write `truth` to `path`, whole or not at all."""
    head = {
        "kind": "run",
        "v": 1,
        "run_id": truth.run_id,
        "seed": truth.seed,
        "from": truth.first.isoformat(),
        "to": truth.last.isoformat(),
        "accounts": list(truth.accounts),
    }
    rows = [head, *(_row(mismatch) for mismatch in truth.mismatches)]
    part = path.with_name(path.name + ".part")
    part.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    part.replace(path)


def read_truth(path: Path) -> Truth:
    """Read a truth file. Raises TruthFileError where it is missing, empty or not in the layout."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise TruthFileError(f"{path}: {error.strerror}. Give the file that simulate_day wrote with --truth.") from error
    rows = [_parse(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows or rows[0].get("kind") != "run":
        raise TruthFileError(f"{path}: line 1 is not the run's row. Give the file that simulate_day wrote with --truth.")
    head = rows[0]
    return Truth(
        run_id=head["run_id"],
        seed=head["seed"],
        first=date.fromisoformat(head["from"]),
        last=date.fromisoformat(head["to"]),
        accounts=tuple(head["accounts"]),
        mismatches=tuple(mismatch_from_row(row) for row in rows[1:]),
    )


def mismatch_from_row(row: dict[str, Any]) -> Mismatch:
    """Build a Mismatch from one row of the file, or from what the sandbox answers. Unknown keys are ignored."""
    keys = row.get("keys") or {}
    return Mismatch(
        code=row["code"],
        account=row["account"],
        business_date=date.fromisoformat(row["business_date"]),
        currency=row["currency"],
        amount_minor=row["amount_minor"],
        keys={name: keys.get(name) for name in KEY_NAMES},
    )


def distinct(tellings: Iterable[Sequence[Mismatch]]) -> Sequence[Mismatch]:
    """The same breaks in the same order, each once: a day closed twice tells its truth twice.

    What looks the same twice in one telling is two: two chargebacks of one amount have no key that would tell them apart.
    """
    told: dict[str, int] = {}
    found: list[Mismatch] = []
    for telling in tellings:
        here: dict[str, int] = {}
        for mismatch in telling:
            name = json.dumps(_row(mismatch), sort_keys=True)
            here[name] = here.get(name, 0) + 1
            if here[name] > told.get(name, 0):
                told[name] = here[name]
                found.append(mismatch)
    return found


def _row(mismatch: Mismatch) -> dict[str, Any]:
    return {"kind": "mismatch", **asdict(mismatch), "business_date": mismatch.business_date.isoformat()}


def _parse(number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise TruthFileError(f"line {number}, column {error.colno}: not JSON. A truth file has one JSON object a line.") from error
    if not isinstance(row, dict):
        raise TruthFileError(f"line {number}: not an object. A truth file has one JSON object a line.")
    return row
