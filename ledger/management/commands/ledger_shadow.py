"""manage.py ledger_shadow"""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from ledger.errors import BadPublicId
from ledger.exports import csv_lines
from ledger.models import Shadow
from ledger.money import format_major, get_asset
from ledger.queries import ShadowReport, compare_shadow, shadow_days
from ledger.queries.shadow_rows import DIFFERENCES_HEADER, difference_rows
from ledger.queries.shadows import Sum

EXAMPLE = """examples:
  manage.py ledger_shadow
  manage.py ledger_shadow sh_… --since 2026-03-01 --until 2026-03-09 --json
  manage.py ledger_shadow sh_… --csv differences.csv

exit codes: 0 both rules agree (without a shadow: the list); 1 something differs, was refused or failed; 2 usage"""


class Command(BaseCommand):
    help = "Compare what a posting rule in shadow makes with what the current one makes (L11). Without a shadow: which there are."

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, epilog=EXAMPLE, formatter_class=RawDescriptionHelpFormatter, **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("shadow", nargs="?", default="", help="public id, sh_…")
        parser.add_argument("--since", default="", help="first business day, YYYY-MM-DD (default: the first with a posting)")
        parser.add_argument("--until", default="", help="last business day (default: the last with a posting)")
        parser.add_argument("--csv", default="", help="also write every line that differs into this file")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *_: Any, shadow: str, since: str, until: str, csv: str, **options: Any) -> None:
        if not shadow:
            return self._list(as_json=options["json"])
        found = self._find(shadow)
        first, last = shadow_days(found) or (found.opened_at.date(), found.opened_at.date())
        days = (self._day(since) if since else first, self._day(until) if until else last)
        if csv:
            Path(csv).write_text("".join(csv_lines(DIFFERENCES_HEADER, difference_rows(found, *days))), encoding="utf-8", newline="")
        report = compare_shadow(found, *days)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": report.counts.agrees, **_named(found), **report.as_json()}, ensure_ascii=False))
        else:
            self._tell(found, report)
        if not report.counts.agrees:
            sys.exit(1)

    def _list(self, *, as_json: bool) -> None:
        rows = list(Shadow.objects.order_by("opened_at", "id"))
        if as_json:
            self.stdout.write(json.dumps({"shadows": [_named(row) for row in rows]}))
        for row in [] if as_json else rows:
            self.stdout.write(f"{row.public_id} {row.state:<9} {row}")

    def _tell(self, shadow: Shadow, report: ShadowReport) -> None:
        counts = report.counts
        self.stdout.write(f"{shadow} ({shadow.state}), {report.since} to {report.until}")
        self.stdout.write(
            f"{counts.compared} compared: {counts.equal} equal, {counts.different} different; {counts.refused} refused, "
            f"{counts.failed} failed; {counts.by_candidate} posted by the candidate"
        )
        for title, rows, in_all in (
            ("balances that differ", report.accounts, report.accounts_in_all),
            ("settlement totals that differ", report.settlements, report.settlements_in_all),
        ):
            self.stdout.write(f"{in_all} {title}{', the widest:' if in_all else ''}")
            for row in rows[:10]:
                self.stdout.write(f"  {_words(row)}")
        for each in report.refusals:
            self.stdout.write(f"  {each.postings} x {each.outcome} by {each.rule}: {each.error} (one: {each.public_id})")

    def _find(self, text: str) -> Shadow:
        try:
            return Shadow.by_public(text)
        except (BadPublicId, Shadow.DoesNotExist):
            self._stop(f"No shadow is called {text}; leave it out for a list.")

    def _day(self, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._stop(f"{text} is not a day like 2026-03-09.")

    def _stop(self, message: str) -> NoReturn:
        self.stderr.write(f"ledger_shadow: {message}")
        sys.exit(2)


def _named(shadow: Shadow) -> dict[str, Any]:
    return {
        "shadow": shadow.public_id, "state": str(shadow.state), "rule": shadow.rule, "candidate": shadow.candidate, "rail": shadow.rail,
        "percent": shadow.percent, "brands": shadow.brands, "cohort_by": str(shadow.cohort_by), "version": shadow.version,
    }  # fmt: skip


def _words(row: Sum) -> str:
    amounts = [format_major(amount, get_asset(row.asset)) for amount in (row.current_minor, row.candidate_minor, row.difference_minor)]
    return f"{row.kind}[{row.holder}] {row.ref} {row.asset}: current {amounts[0]}, candidate {amounts[1]}, difference {amounts[2]}"
