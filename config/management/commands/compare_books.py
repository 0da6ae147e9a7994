"""The sandbox's books beside ours, after a simulation."""

import json
import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.simulation.agreement import compare
from config.simulation.client import SimulationError
from config.simulation.sandbox_control import SandboxControl
from config.supervisor.client import find_running


class Command(BaseCommand):
    help = """Compare what the sandbox charged and paid out with what we booked, reference by reference.

Exit 0 when nobody was charged or paid twice, no money is lost or made up, and nothing is open any more; 1 when not.

Example:
  python manage.py compare_books
"""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = SandboxControl(_sandbox_url())
        try:
            agreement = compare(sandbox.books())
        except SimulationError as error:
            raise CommandError(str(error)) from error
        finally:
            sandbox.close()
        figures = agreement.figures()
        lines = [f"{name.replace('_', ' ')}: {value}" for name, value in figures.items() if value or name != "references"]
        self.stdout.write(json.dumps(figures) if options["json"] else "\n".join(lines))
        if not agreement.ok:
            raise SystemExit(1)


def _sandbox_url() -> str:
    running = find_running()
    url = os.environ.get("SANDBOX_URL") or (running.urls["sandbox"] if running else "")
    if not url:
        raise CommandError("No sandbox runs here: start the stack with make run.")
    return url
