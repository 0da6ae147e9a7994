"""manage.py audit_archive"""

import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import clock
from ledger.audit_files import ArchiveConflict
from ledger.operations import archive_audit


class Command(BaseCommand):
    help = """Sign the audit log's head of every day that ended, and write its segment to AUDIT_ARCHIVE_DIR, read-only, never over another.

    Example: manage.py audit_archive --json     exit 0 done (or nothing to do), 1 refused"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = archive_audit(now=clock.now())
        except (ImproperlyConfigured, ArchiveConflict, OSError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done)))
            return
        self.stdout.write(f"Signed: {', '.join(done.signed) or 'nothing new'}.")
        place = settings.AUDIT_ARCHIVE_DIR or "nowhere, AUDIT_ARCHIVE_DIR is not set"
        self.stdout.write(f"Written to {place}: {len(done.files)} segments.")
