"""Make the roles of the staff, and with --demo the people of the demo."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.backoffice.roles import PEOPLE, seed_staff, setup_roles_of_staff


class Command(BaseCommand):
    help = "Makes the groups ops, risk, finance and auditor with their permissions.\n\nExample: manage.py setup_staff --demo --json"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help=f"also make {', '.join(person[1] for person in PEOPLE)}, and print their passwords"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        granted = setup_roles_of_staff()
        people = [login.as_row() for login in seed_staff()] if options["demo"] else []
        if options["json"]:
            self.stdout.write(json.dumps({"roles": granted, "staff": people}))
            return
        for role, count in granted.items():
            self.stdout.write(f"{role}: {count} permissions")
        for person in people:
            self.stdout.write(f"{person['user']} ({person['role']}): {person['password']}")
