"""Take a day's papers in and match them, by the same commands that people and schedules use."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from config.simulation.client import SimulationError


def ingest_file(path: Path, *, source: str, account: str) -> dict[str, Any]:
    """`manage.py ingest`: returns its object. Raises SimulationError where the file did not load."""
    return _json_of("ingest", str(path), source=source, account=account)


def reconcile_day(day: date) -> list[dict[str, Any]]:
    """`manage.py reconcile --date`: returns its runs."""
    runs: list[dict[str, Any]] = _json_of("reconcile", date=day.isoformat())["runs"]
    return runs


def _json_of(command: str, *arguments: str, **options: object) -> dict[str, Any]:
    out = StringIO()
    try:
        call_command(command, *arguments, **options, json=True, stdout=out)
    except SystemExit as error:
        if error.code not in (0, None):
            raise SimulationError(f"{command} {' '.join(arguments)}: exit {error.code}\n{out.getvalue()[:2000]}") from error
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer
