"""manage.py close_breaks"""

import json
import sys
import tempfile
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from reconciliation.snapshots.asking import break_list, mart, marts, unequal
from reconciliation.snapshots.zipped import extract_zip

EXAMPLE = """examples:
  manage.py close_breaks close-MT1-2026-11-19-v1.zip
  manage.py close_breaks close-MT1-2026-11-19-v1.zip --json
  manage.py close_breaks close-MT1-2026-11-19-v1.zip --mart gaming

exit codes: 0 the list equals the engine's cases, 1 it differs, 2 usage. It believes the bundle: close_verify says whether it may."""


class Command(BaseCommand):
    help = "Print the break list of a signed day, made by SQL from its snapshot alone, and hold it against the engine's cases (R16)."
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, epilog=EXAMPLE, formatter_class=RawDescriptionHelpFormatter, **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("bundle", type=Path, help="zip or folder")
        parser.add_argument("--mart", choices=marts(), help="print a mart of the day instead (D5)")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *_: Any, bundle: Path, **options: Any) -> None:
        with tempfile.TemporaryDirectory(prefix="close-") as inside:
            self._answer(self._folder(bundle, Path(inside)), options)

    def _folder(self, bundle: Path, inside: Path) -> Path:
        problem = "it is not here" if not bundle.exists() else "" if bundle.is_dir() else extract_zip(bundle, inside)
        folder = bundle if bundle.is_dir() else inside
        if not problem and not (folder / "cases.parquet").is_file():
            problem = "it has no tables"
        if problem:
            self.stderr.write(f"close_breaks: {bundle}: {problem}. Give the zip or the folder of a bundle.")
            sys.exit(2)
        return folder

    def _answer(self, folder: Path, options: dict[str, Any]) -> None:
        if options["mart"]:
            rows = mart(folder, options["mart"])
            self._print({"mart": options["mart"], "rows": rows}, rows, options["json"])
            return
        rows, differing = break_list(folder), unequal(folder)
        self._print({"ok": not differing, "breaks": rows, "differences": differing}, [*rows, *differing], options["json"])
        if differing:
            sys.exit(1)

    def _print(self, whole: dict[str, Any], rows: list[dict[str, Any]], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(whole, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write("  ".join(str(value) for value in row.values()))
        self.stdout.write(f"{len(rows)} rows.")
