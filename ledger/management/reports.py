"""Commands that answer with checks: one form of text, JSON and exit code for all (INTERFACES.md section 2)."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.proofs import Check, Report
from ledger.proofs.checks import peak_rss_mib


class ReportCommand(BaseCommand):
    """Runs `report`, prints it, exits 0 where all checks hold, 1 where one does not."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def report(self, **options: Any) -> Report:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        report = self.report(**options)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self.stdout.write(f"{'All checks hold' if report.ok else 'NOT PROVED'}, {report.seconds:.1f} s, {peak_rss_mib()} MiB.")
        if not report.ok:
            sys.exit(1)

    def show(self, check: Check) -> None:
        """One line per check, and its differences."""
        self.stdout.write(f"{'ok  ' if check.ok else 'FAIL'} {check.name}: {check.examined} examined")
        for difference in check.differences:
            self.stdout.write(f"       {json.dumps(difference, ensure_ascii=False)}")
