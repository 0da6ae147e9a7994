"""What `make run` shows: one simulated day, played once per data directory, its figures, the address and the logins."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from config.local_servers.directory import write_private
from config.supervisor.core import Supervision

PLAYED = "played.json"


class DemonstrationFailed(Exception):
    """The simulated day did not come to its end; the message says where to look."""


def show_day(supervision: Supervision, *, deposits: int, say: Callable[[str], None]) -> None:
    """Play the day if this data directory has none yet, prove the ledger, print what is there."""
    played = supervision.directory / PLAYED
    if deposits and not played.exists():
        say(f"simulating a day of {deposits} deposits")
        figures = _play(supervision, deposits)
        write_private(played, json.dumps(figures, indent=2) + "\n")
    for line in _story(json.loads(played.read_text()) if played.exists() else {}):
        print(line)
    print(f"\n  {supervision.places.urls['web']}/admin/")
    for line in _logins(supervision.directory / "demo.json"):
        print(line)
    sys.stdout.flush()


def _play(supervision: Supervision, deposits: int) -> dict[str, Any]:
    truth = supervision.directory / "truth.jsonl"
    day = _command_json(supervision, "simulate_day", "--deposits", str(deposits), "--seed", "1", "--truth", str(truth))
    return {"simulate_day": day, "ledger_prove": _command_json(supervision, "ledger_prove")}


def _command_json(supervision: Supervision, name: str, *arguments: str) -> dict[str, Any]:
    """The JSON of a manage.py command; its progress stays on the terminal."""
    output = supervision.log_directory / f"{name}.json"
    with output.open("wb") as file:
        code = supervision.finish([sys.executable, "manage.py", name, *arguments, "--json"], output=file)
    try:
        answer: dict[str, Any] = json.loads(output.read_text())
    except ValueError:
        answer = {}
    if code != 0 or not answer:
        raise DemonstrationFailed(f"manage.py {name} ended with code {code} (its output: {output}; logs: {supervision.log_directory})")
    return answer


def _story(figures: dict[str, Any]) -> Iterator[str]:
    """The figures as lines for a person; what a command did not give is left out."""
    day = figures.get("simulate_day", {})
    if not day:
        return
    counted = {name: value for name, value in day.items() if isinstance(value, int) and not isinstance(value, bool)}
    nested = {name: value for name, value in day.items() if isinstance(value, dict)}
    yield f"\n  One day of Countroom Malta{': ' + str(day['date']) if 'date' in day else ''}"
    if counted:
        yield "    " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counted.items())
    for name, values in nested.items():
        yield f"    {name.replace('_', ' ')}: " + ", ".join(f"{key} {value}" for key, value in values.items())
    yield from _runs(day.get("runs", []))
    yield "    ledger proved" if figures.get("ledger_prove", {}).get("ok") else "    THE LEDGER DOES NOT PROVE: run manage.py ledger_prove"
    yield "    the day is ready to be prepared and signed"


def _runs(runs: list[dict[str, Any]]) -> Iterator[str]:
    if not runs:
        return
    cases: dict[str, int] = {}
    for run in runs:
        for code, number in run.get("cases", {}).items():
            cases[code] = cases.get(code, 0) + int(number)
    yield f"    lines {sum(run.get('lines', 0) for run in runs)}, matched {sum(run.get('matched', 0) for run in runs)}"
    if cases:
        yield "    cases by code:"
        yield from (f"      {number:4d}  {code}" for code, number in sorted(cases.items()))


def _logins(file: Path) -> Iterator[str]:
    """User names and passwords by role; the one-time-password secrets stay in the file."""
    if not file.exists():
        return
    staff = json.loads(file.read_text()).get("staff", [])
    yield "\n  Sign in as:"
    for person in staff:
        yield f"    {person.get('role', ''):10} {person.get('user', ''):24} {person.get('password', '')}"
    yield f"\n  Machine clients, webhook secrets and one-time-password secrets: {file}"
