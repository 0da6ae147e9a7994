"""manage.py close_verify"""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from ledger.management.reports import ReportCommand
from ledger.proofs import Report
from ledger.signing import get_signer
from reconciliation.snapshots.verifying import verify_bundle


class Command(ReportCommand):
    help = """Check the bundle of a signed day (D4) without a database: every byte, the signature, the sums, the invariants of the books.

    BUNDLE is the zip or a folder of its files. It is trusted by the keys of AUDIT_SIGNING_KEY and AUDIT_PUBLIC_KEYS, and by --public-key.
    Example: manage.py close_verify close-MT1-2026-11-19-v1.zip --public-key audit.pub.pem
    Exit 0 whole, 1 not: the first difference names the first wrong file or row; 2 there is no such bundle."""

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("bundle", type=Path, help="zip or folder")
        parser.add_argument("--public-key", action="append", default=[], help="PEM file of a key to trust, beside those of the settings")

    def report(self, **options: Any) -> Report:
        bundle: Path = options["bundle"]
        if not bundle.exists():
            self.stderr.write(f"close_verify: {bundle} is not here. Give the zip or the folder of a bundle.")
            sys.exit(2)
        settings.AUDIT_PUBLIC_KEYS = [*settings.AUDIT_PUBLIC_KEYS, *options["public_key"]]
        return verify_bundle(bundle, signer=get_signer(), progress=None if options["json"] else self.show)
