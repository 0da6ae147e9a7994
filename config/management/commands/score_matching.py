"""Score the raised cases against the truth of a simulation."""

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.simulation.score import RaisedCase, Score, score
from config.simulation.truth import Truth, TruthFileError, read_truth
from reconciliation.models import ExceptionCase


class Command(BaseCommand):
    help = """Compare cases with a truth file, one to one: precision and recall per reason code.

Exit 0 when both are 1.00 for every code, 1 when they are not, 2 on a wrong call.

Example:
  python manage.py score_matching --truth t.jsonl
"""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--truth", required=True, type=Path, help="file that simulate_day wrote")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            truth = read_truth(options["truth"])
        except TruthFileError as error:
            raise CommandError(str(error), returncode=2) from error
        result = score(truth, raised_cases(truth))
        self.stdout.write(json.dumps(as_json(truth, result)) if options["json"] else as_text(truth, result))
        if not result.perfect:
            raise SystemExit(1)


def raised_cases(truth: Truth) -> Iterator[RaisedCase]:
    """Every version of every case of the run's days, whatever its state."""
    rows = ExceptionCase.objects.filter(business_date__range=(truth.first, truth.last))
    for case in rows.select_related("merchant_account", "bank_account", "entity").iterator(chunk_size=2000):
        for code in codes_of(case):
            if code in truth.accounts:
                yield _raised(case, code)
                break


def codes_of(case: ExceptionCase) -> list[str]:
    """Whose case it is: its accounts', or, where it has none, the legal entity's."""
    return [account.code for account in (case.merchant_account, case.bank_account) if account] or [case.entity.code]


def as_json(truth: Truth, result: Score) -> dict[str, Any]:
    """The object of INTERFACES.md section 2."""
    return {
        "run_id": truth.run_id,
        "codes": result.codes,
        "missed": [{**asdict(m), "business_date": m.business_date.isoformat()} for m in result.missed],
        "spurious": [{**asdict(case), "business_date": case.business_date.isoformat()} for case in result.spurious],
    }


def as_text(truth: Truth, result: Score) -> str:
    """A table for people, then what was missed and what was raised for nothing."""
    lines = [f"{'code':38} injected   tp   fp   fn  precision  recall"]
    for code, c in result.codes.items():
        lines.append(f"{code:38} {c['injected']:8} {c['tp']:4} {c['fp']:4} {c['fn']:4} {c['precision']:10.2f} {c['recall']:7.2f}")
    lines += [f"missed:   {m.code} on {m.account}, {m.business_date}, {m.keys}" for m in result.missed]
    lines += [f"spurious: {case.code} on {case.account}, {case.business_date}, {case.id} {case.keys}" for case in result.spurious]
    lines.append(
        "Every break was found, and nothing else."
        if result.perfect
        else f"{len(result.missed)} missed, {len(result.spurious)} raised for nothing."
    )
    return "\n".join(lines)


def _raised(case: ExceptionCase, account: str) -> RaisedCase:
    keys = {name: getattr(case, name) or None for name in ("merchant_reference", "psp_reference", "bank_reference")}
    return RaisedCase(case.label, case.reason_code, account, case.business_date, keys)
