"""manage.py ingest: one file in (INTERFACES.md 2)."""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from ledger.actors import system_actor
from ledger.clock import now
from ledger.kept_files import FileNotKept
from ledger.refusals import Invalid
from reconciliation.operations.ingest import dry_run, ingest_file

EXAMPLE = """examples:
  manage.py ingest settlement_detail_report_batch_38.csv --source adyen_sdr --account SANDBOX_EU
  manage.py ingest statement.xml --source camt053 --dry-run --json

exit codes: 0 loaded, loaded before, or readable (dry run); 1 refused; 2 usage"""


class Command(BaseCommand):
    help = "Load a settlement report or a bank statement; a broken file is refused whole, with line and reason."

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, epilog=EXAMPLE, formatter_class=RawDescriptionHelpFormatter, **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True)
        parser.add_argument("--account", default="", help="code of the merchant or bank account; may be left out where the file names it")
        parser.add_argument("--dry-run", action="store_true", help="read and check only; nothing is written")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *_: Any, file: Path, source: str, account: str, **options: Any) -> None:
        is_dry = options["dry_run"]
        try:
            result = self._ingest(Path(file), source, account, is_dry)
        except OSError as problem:
            self._stop(f"{file}: {problem.strerror}. Give the path of a file that can be read.")
        except (Invalid, FileNotKept) as problem:
            self._stop(problem.message)
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self._tell(result, is_dry)
        if not (result["readable"] if is_dry else result["accepted"]):
            sys.exit(1)

    def _ingest(self, path: Path, source: str, account: str, is_dry: bool) -> dict[str, Any]:
        with path.open("rb") as file:
            if is_dry:
                return dry_run(file=file, name=path.name, source=source, account=account)
            return ingest_file(file=file, name=path.name, source=source, account=account, actor=system_actor("ingest"), now=now())

    def _stop(self, message: str) -> None:
        self.stderr.write(f"ingest: {message}")
        sys.exit(2)

    def _tell(self, result: dict[str, Any], is_dry: bool) -> None:
        name = result["file"]["name"]
        if result["error"]:
            error = result["error"]
            self.stdout.write(f"{name}: refused at line {error['line']}, column {error['column']}: {error['message']}")
        elif result["duplicate_of"]:
            self.stdout.write(f"{name}: loaded before as {result['duplicate_of']}; nothing changed")
        elif result["accepted"]:
            self.stdout.write(f"{name}: {result['lines']} lines {'can be loaded' if is_dry else 'loaded'}")
        else:
            self.stdout.write(f"{name}: not accepted")
        for check in result["checks"]:
            if not check["ok"]:
                self.stdout.write(f"  {check['name']}: expected {check['expected']}, found {check['actual']} ({check['where']})")
