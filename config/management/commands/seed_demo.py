"""Make the demonstration's house: entity, brand, accounts, a machine client, staff; and the private file that names their secrets."""

import json
import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.backoffice.roles import seed_staff
from config.local_servers import local_directory
from config.local_servers.directory import write_private
from config.simulation.seed import DemoHouse, SeedRefused, sandbox_accounts, seed_house

SANDBOX_FILE = "sandbox-accounts.json"


class Command(BaseCommand):
    help = """Make the demonstration's rows where they are missing, and write demo.json (mode 0600) into the data directory:
urls, token_url, clients, webhook_secrets, staff. Needs SIMULATION=1. Run twice, nothing is made twice.

Example:
  python manage.py seed_demo --currencies EUR,SEK
"""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--accounts", type=int, default=1)
        parser.add_argument("--currencies", default="EUR,SEK")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SIMULATION or not settings.SECRETS_DIR:
            raise CommandError("Demonstration rows belong into a demonstration: set SIMULATION=1 and SECRETS_DIR.")
        urls = {
            "web": os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000"),
            "sandbox": os.environ.get("SANDBOX_URL", "http://127.0.0.1:8001"),
        }
        secrets_dir = Path(settings.SECRETS_DIR)
        try:
            house = seed_house(
                sandbox_url=urls["sandbox"],
                secrets_dir=secrets_dir,
                accounts=options["accounts"],
                currencies=options["currencies"].split(","),
            )
        except SeedRefused as error:
            raise CommandError(str(error), returncode=2) from error
        accounts = sandbox_accounts(house, secrets_dir=secrets_dir, webhook_url=f"{urls['web']}/webhooks/psp")
        write_private(secrets_dir / SANDBOX_FILE, json.dumps(accounts, indent=2))
        file = local_directory() / "demo.json"
        write_private(file, json.dumps(_demo(urls, house, accounts, _staff_of(file)), indent=2) + "\n")
        said = {"entity": house.entity.code, "brand": house.brand.code, "accounts": [account.code for account in house.merchant_accounts]}
        self.stdout.write(json.dumps(said) if options["json"] else f"{house.entity.name} is ready; logins and secrets: {file}")


def _staff_of(file: Path) -> list[dict[str, str]]:
    """The people of an earlier start: their passwords stay."""
    if not file.exists():
        return []
    staff: list[dict[str, str]] = json.loads(file.read_text()).get("staff", [])
    return staff


def _demo(urls: dict[str, str], house: DemoHouse, accounts: dict[str, Any], staff: list[dict[str, str]]) -> dict[str, Any]:
    """The object of INTERFACES.md section 1."""
    return {
        "urls": urls,
        "token_url": f"{urls['web']}/oauth/token",
        "clients": [{"id": house.client.id, "secret": house.client.secret, "scopes": house.client.scopes}],
        "webhook_secrets": {row["code"]: row["webhook_secret"] for row in accounts["merchant_accounts"]},
        "staff": [login.as_row() for login in seed_staff(staff)],
    }
