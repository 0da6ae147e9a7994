"""manage.py ledger_prove"""

from typing import Any

from ledger.management.reports import ReportCommand
from ledger.proofs import Report, prove_ledger


class Command(ReportCommand):
    help = """Prove the books (L10): transactions and trial balance, wallets, checkpoints, keys, control identities, states, audit chain.

    Example: manage.py ledger_prove --json     exit 0 proved, 1 different"""

    def report(self, **options: Any) -> Report:
        return prove_ledger(progress=None if options["json"] else self.show)
