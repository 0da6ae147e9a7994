"""manage.py audit_verify"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from ledger.management.reports import ReportCommand
from ledger.proofs import Report, verify_audit
from ledger.proofs.audit_segments import verify_segments
from ledger.signing import get_signer


class Command(ReportCommand):
    help = """Verify the audit log (S5): finds any changed, removed, inserted or reordered record, and checks the signed heads.

    Example: manage.py audit_verify                                    exit 0 whole, 1 broken; the first difference is the first wrong row
             manage.py audit_verify --segment audit-2026-11-20.jsonl   an archived day, or a folder of them; needs no database"""

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--segment", type=Path, help="segment file, manifest or folder of the archive; the database is not asked")
        parser.add_argument("--public-key", action="append", default=[], help="PEM file of a key to trust, beside those of the settings")

    def report(self, **options: Any) -> Report:
        settings.AUDIT_PUBLIC_KEYS = [*settings.AUDIT_PUBLIC_KEYS, *options["public_key"]]
        if options["segment"] is None:
            return verify_audit(progress=None if options["json"] else self.show)
        report = verify_segments(options["segment"], signer=get_signer())
        for check in [] if options["json"] else report.checks:
            self.show(check)
        return report
