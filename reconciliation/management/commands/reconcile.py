"""manage.py reconcile: match and settle what is in (INTERFACES.md 2)."""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from ledger.clock import now
from reconciliation.models import ReconciliationRun
from reconciliation.operations.run.conduct import RunInProgress, accounts_of, describe_run, run_account

EXAMPLE = """examples:
  manage.py reconcile --date 2026-03-09
  manage.py reconcile --date 2026-03-09 --account SANDBOX_EU --json

exit codes: 0 every run ended; 1 an account is being run by somebody else; 2 usage"""


class Command(BaseCommand):
    help = "Match lines with items, post batches and bank lines, raise and resolve cases. Run again, it changes nothing that is right."

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, epilog=EXAMPLE, formatter_class=RawDescriptionHelpFormatter, **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", required=True, help="business date, YYYY-MM-DD")
        parser.add_argument("--account", default="", help="code of one merchant or bank account; all by default")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *_: Any, date: str, account: str, **options: Any) -> None:
        runs: list[ReconciliationRun] = []
        try:
            for each in accounts_of(account):
                runs.append(run_account(account=each, date=_day(date), now=now()))
                if not options["json"]:
                    self._tell(runs[-1])
        except (ValueError, LookupError) as problem:
            self._stop(str(problem), 2)
        except RunInProgress as problem:
            self._stop(problem.message, 1)
        if options["json"]:
            self.stdout.write(json.dumps({"runs": [describe_run(run) for run in runs]}))

    def _tell(self, run: ReconciliationRun) -> None:
        cases = ", ".join(f"{code} {count}" for code, count in run.cases.items()) or "no case"
        self.stdout.write(f"{run.account_code} {run.date}: {run.matched} of {run.lines} lines matched, {cases} ({run.seconds} s)")

    def _stop(self, message: str, code: int) -> None:
        self.stderr.write(f"reconcile: {message}")
        sys.exit(code)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date; write it as 2026-03-09") from None
