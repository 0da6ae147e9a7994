"""manage.py outbox_rewind"""

import getpass
import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import clock
from ledger.actors import system_actor
from ledger.models import EventReader
from ledger.operations import rewind_sink


class Command(BaseCommand):
    help = """Have a sink of the outbox hear again every event after a position (A9); audited.

    Without --position it says how far each sink has heard.

    Example: manage.py outbox_rewind stream --position 1200 --reason "the consumer lost its disk"
    Endpoints of outgoing webhooks hear again by Replay on their page: the sink "webhooks" makes no delivery twice."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sink", nargs="?", default="", help="a key of EVENT_SINKS")
        parser.add_argument("--position", type=int, help="everything after it is heard again; 0 for all")
        parser.add_argument("--reason", default="", help="goes into the audit log")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["position"] is not None:
            self._rewind(options["sink"], options["position"], options["reason"])
        positions = dict(EventReader.objects.order_by("sink").values_list("sink", "position"))
        if options["json"]:
            self.stdout.write(json.dumps({"sinks": {sink: positions.get(sink, 0) for sink in settings.EVENT_SINKS}}))
            return
        for sink in settings.EVENT_SINKS:
            self.stdout.write(f"{sink:12} has heard up to {positions.get(sink, 0)}")

    def _rewind(self, sink: str, position: int, reason: str) -> None:
        if sink not in settings.EVENT_SINKS:
            raise CommandError(f"No sink is called {sink!r}; there are {', '.join(settings.EVENT_SINKS)}.", returncode=2)
        if not reason or position < 0:
            raise CommandError("A position is 0 or more, and a --reason is needed: it goes into the audit log.", returncode=2)
        rewind_sink(sink=sink, position=position, reason=reason, actor=system_actor(f"command:{getpass.getuser()}"[:64]), now=clock.now())
