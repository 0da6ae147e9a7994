"""manage.py setup_roles"""

import json
import os
from dataclasses import asdict
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from ledger.roles import APP, setup_roles


class Command(BaseCommand):
    help = """Make the application's database role and grant it exactly its rights; run as the owner of the tables, after migrate.

    Example: DATABASE_URL=postgresql://countroom_owner:…@db/countroom manage.py setup_roles
    The role's name and password are those of DATABASE_APP_URL where that is set. Running it again repairs what differs."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        url = urlsplit(os.environ.get("DATABASE_APP_URL", ""))
        with transaction.atomic():
            same = url.username is None or url.username == urlsplit(os.environ.get("DATABASE_URL", "")).username
            grants = setup_roles(app=APP if same else str(url.username), password="" if same else unquote(url.password or ""))
        if options["json"]:
            self.stdout.write(json.dumps(asdict(grants)))
            return
        self.stdout.write(f"{len(grants.append_only)} tables append-only: {', '.join(grants.append_only)}")
        self.stdout.write(f"{len(grants.owned_by_app)} tables belong to the application, {len(grants.writable)} are writable.")
