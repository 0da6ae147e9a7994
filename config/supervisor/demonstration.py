"""What `make run` shows: one simulated day, played once per data directory, its figures, the address and the logins."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.local_servers.directory import write_private
from config.supervisor.core import Supervision
from ledger.clock import real_now

PLAYED = "played.json"
DAYS_AGO = 18  # every window has passed since, also over Christmas


class DemonstrationFailed(Exception):
    """The simulated day did not come to its end; the message says where to look."""


def show_day(supervision: Supervision, *, deposits: int, say: Callable[[str], None]) -> None:
    """Play the day if this database has none yet, prove the ledger, print what is there. Raises DemonstrationFailed."""
    file = supervision.directory / PLAYED
    known = _read(file)
    place = _database(supervision.environment["DATABASE_URL"])
    if deposits and (known.get("interrupted") or known.get("database") != place):
        say(f"simulating a day of {deposits} deposits")
        tries = known.get("interrupted", 0) if known.get("database") == place else 0
        write_private(file, json.dumps({"database": place, "interrupted": tries + 1}))
        known = {"database": place, **_play(supervision, deposits, tries)}
        write_private(file, json.dumps(known, indent=2) + "\n")
    address = f"\n  {supervision.places.urls['web']}/admin/"
    for line in (*_story(known), address, *_logins(supervision.directory / "demo.json")):
        print(line, flush=True)


def _play(supervision: Supervision, deposits: int, tries: int) -> dict[str, Any]:
    """So many days ago that every window has passed by now; and a few payments of today, which wait for people.

    A day whose papers came in before the play was interrupted can't be played again: each further try takes the next one.
    """
    truth, day = supervision.directory / "truth.jsonl", real_now().date() - timedelta(days=DAYS_AGO - tries)
    figures = command_json(
        supervision,
        *("simulate_day", "--deposits", str(deposits), "--seed", "1", "--date", day.isoformat(), "--currencies", "EUR,SEK"),
        *("--then", str(max(12, deposits // 10)), "--truth", str(truth)),
    )
    return {"simulate_day": figures, "ledger_prove": command_json(supervision, "ledger_prove")}


def _database(url: str) -> str:
    """The database without password; the embedded one changes its port."""
    place = urlsplit(url)
    return f"{place.hostname}{place.path}" if place.username == "countroom_app" else f"{place.hostname}:{place.port}{place.path}"


def _read(file: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return content


def command_json(supervision: Supervision, name: str, *arguments: str, meanwhile: Callable[[], None] | None = None) -> dict[str, Any]:
    """The JSON of a manage.py command; its progress stays on the terminal. Raises DemonstrationFailed where it did not end well."""
    output = supervision.log_directory / f"{name}.json"
    with output.open("wb") as file:
        code = supervision.finish([sys.executable, "manage.py", name, *arguments, "--json"], output=file, meanwhile=meanwhile)
    try:
        answer: dict[str, Any] = json.loads(output.read_text())
    except ValueError:
        answer = {}
    if code != 0 or not answer:
        raise DemonstrationFailed(f"manage.py {name} ended with code {code} (its output: {output}; logs: {supervision.log_directory})")
    return answer


def _story(known: dict[str, Any]) -> Iterator[str]:
    """The figures as lines for a person."""
    day = known.get("simulate_day")
    if not day:
        return
    payments = ", ".join(f"{name.replace('_', ' ').replace('.', ' ')} {value}" for name, value in day["deposits"].items())
    yield f"\n  A day of Countroom Malta, {day['date']}"
    yield f"    payments  {payments}"
    yield f"    ledger    {'proved' if known['ledger_prove']['ok'] else 'DOES NOT PROVE: see manage.py ledger_prove'}"
    yield f"    papers    {day['files']} files, {day['lines']} lines, {day['matched']} matched"
    yield f"    cases     {sum(day['cases'].values())}"
    yield from (f"      {number:4d}  {code}" for code, number in day["cases"].items())
    yield f"    {day['date']} is ready to be prepared by one person and signed by another"


def _logins(file: Path) -> Iterator[str]:
    """User names and passwords by role; the one-time-password secrets stay in the file."""
    if not file.exists():
        return
    staff = json.loads(file.read_text()).get("staff", [])
    yield "\n  Sign in as:"
    for person in staff:
        yield f"    {person.get('role', ''):10} {person.get('user', ''):24} {person.get('password', '')}"
    yield f"\n  Machine clients, webhook secrets and one-time-password secrets: {file}"
