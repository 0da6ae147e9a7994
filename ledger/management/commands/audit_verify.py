"""manage.py audit_verify"""

from typing import Any

from ledger.management.reports import ReportCommand
from ledger.proofs import Report, verify_audit


class Command(ReportCommand):
    help = """Verify the audit chain (S5): finds any changed, removed or inserted record.

    Example: manage.py audit_verify            exit 0 whole, 1 broken"""

    def report(self, **options: Any) -> Report:
        return verify_audit(progress=None if options["json"] else self.show)
