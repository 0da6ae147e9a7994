"""Play a casino's day through the HTTP API, take its papers in, match them."""

import json
import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from config.simulation.client import SimulationError
from config.simulation.options import BadOptions, Options, read_options
from config.simulation.plan import SEGMENTS
from config.simulation.seed import SeedRefused
from config.simulation.simulate import Place, Result, simulate
from config.simulation.truth import write_truth
from config.supervisor import Stack, StackError, find_running


class Command(BaseCommand):
    help = """Play one or more days of deposits, refunds, payouts, game rounds and chargebacks through the HTTP API,
then write the PSP's reports and the banks' statements, ingest and reconcile them. Uses the stack that runs, else starts
one for its own time. Needs SIMULATION=1.

Example:
  python manage.py simulate_day --deposits 2000 --seed 7 --faults default --truth t.jsonl
"""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--deposits", type=int, required=True, help="deposits per day")
        parser.add_argument("--seed", type=int, required=True, help="same seed, same day")
        parser.add_argument("--date", type=date.fromisoformat, help="first business day (default: the entity's yesterday)")
        parser.add_argument("--days", type=int, default=1)
        parser.add_argument("--accounts", type=int, default=1, help="merchant accounts, one region each")
        parser.add_argument("--currencies", default="EUR", help="comma-separated (default EUR)")
        parser.add_argument("--faults", default="default", help="none, default, hostile or a JSON file")
        parser.add_argument("--only", help="inject this reason code only")
        parser.add_argument("--each", help="a day for each of these reason codes, alone: a comma-separated list, or all")
        parser.add_argument("--peak", action="store_true", help="ten times the load for a while")
        parser.add_argument("--then", type=int, default=0, help="payments of the present day at the end, if time is back in the present")
        parser.add_argument("--concurrency", type=int, default=24, help="payments at once")
        parser.add_argument("--segments", type=int, default=SEGMENTS, help="parts of a day; between them the clock moves")
        parser.add_argument("--base-url", help="web address of a stack that runs elsewhere on this database")
        parser.add_argument("--truth", type=Path, help="write what was injected to this file")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SIMULATION:
            raise CommandError("A simulation moves the clock, and this is not a simulation. Set SIMULATION=1 on a database of its own.")
        try:
            asked = read_options(options)
        except BadOptions as error:
            raise CommandError(str(error), returncode=2) from error
        try:
            with running_place(options["base_url"]) as place:
                result = self._simulate(asked, place)
        except (SimulationError, SeedRefused, StackError) as error:
            raise CommandError(str(error)) from error
        if options["truth"]:
            write_truth(options["truth"], result.truth)
        self.stdout.write(json.dumps(result.figures) if options["json"] else as_text(result))

    def _simulate(self, asked: Options, place: Place) -> Result:
        with tqdm(total=asked.deposits * asked.days + asked.then, unit=" deposits", file=sys.stderr, disable=None) as bar:
            return simulate(asked, place, say=lambda line: bar.write(line, file=sys.stderr), tick=lambda: bar.update())


@contextmanager
def running_place(base_url: str | None) -> Iterator[Place]:
    """The stack that runs, or one of our own for as long as this takes. Raises StackError."""
    running = find_running()
    if running is not None or base_url:
        urls = running.urls if running else {}
        yield Place(base_url or urls["web"], os.environ.get("SANDBOX_URL") or urls["sandbox"], Path(settings.SECRETS_DIR))
        return
    with Stack() as stack:
        yield Place(stack.urls["web"], stack.urls["sandbox"], Path(settings.SECRETS_DIR))


def as_text(result: Result) -> str:
    """The figures for a person."""
    figures = result.figures
    rows = [f"{name.replace('_', ' ').replace('.', ' ')} {value}" for name, value in figures["deposits"].items()]
    cases = [f"  {count:4} {code}" for code, count in figures["cases"].items()]
    return "\n".join(
        [
            f"Run {figures['run_id']} from {figures['date']}, {figures['days']} day(s)",
            "Payments: " + ", ".join(rows),
            f"Files {figures['files']}, lines {figures['lines']}, matched {figures['matched']}, injected breaks {figures['mismatches']}",
            "Cases by code:" if cases else "No cases.",
            *cases,
            *([f"Nothing to break for {', '.join(figures['not_made'])}."] if figures["not_made"] else []),
        ]
    )
