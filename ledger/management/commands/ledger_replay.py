"""manage.py ledger_replay"""

from typing import Any

from ledger.management.reports import ReportCommand
from ledger.models import JournalTransaction
from ledger.proofs import Report, replay_journal


class Command(ReportCommand):
    help = """Replay the journal (L9): make all lines again from stored sources with the stored rule version, and compare.

    Example: manage.py ledger_replay --json    exit 0 the same, 1 different"""

    def report(self, **options: Any) -> Report:
        if options["json"] or not self.stdout.isatty():
            report = replay_journal()
        else:
            report = self._with_progress()
        if not options["json"]:
            for check in report.checks:
                self.show(check)
        return report

    def _with_progress(self) -> Report:
        from tqdm import tqdm

        with tqdm(total=JournalTransaction.objects.count(), unit="txn", disable=None) as bar:
            return replay_journal(progress=lambda seen: bar.update(seen - bar.n) and None)
