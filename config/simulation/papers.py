"""Take a day's papers in and match them, by the same commands that people and schedules use."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from config.simulation.client import SimulationError


def ingest_file(path: Path, *, source: str, account: str, is_broken: bool = False) -> dict[str, Any]:
    """`manage.py ingest`: returns its object. Raises SimulationError where the file did not load, or a broken one did."""
    answer = _json_of("ingest", str(path), ends=(0, 1) if is_broken else (0,), source=source, account=account)
    if is_broken and answer["accepted"]:
        raise SimulationError(f"ingest {path}: a broken file was loaded")
    return answer


def reconcile_day(day: date) -> list[dict[str, Any]]:
    """`manage.py reconcile --date`: returns its runs."""
    runs: list[dict[str, Any]] = _json_of("reconcile", date=day.isoformat())["runs"]
    return runs


def _json_of(command: str, *arguments: str, ends: tuple[int, ...] = (0,), **options: object) -> dict[str, Any]:
    out = StringIO()
    try:
        call_command(command, *arguments, **options, json=True, stdout=out)
    except SystemExit as error:
        if (error.code or 0) not in ends:
            raise SimulationError(f"{command} {' '.join(arguments)}: exit {error.code}\n{out.getvalue()[:2000]}") from error
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer
