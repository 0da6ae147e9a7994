"""manage.py clearing_trust: the share of clearing that returned to zero in time, and every id that spoils it (L17)."""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand

from ledger.calendar import business_date
from ledger.clock import now
from ledger.models import LegalEntity
from reconciliation.queries.trust import Period, trust_in_clearing
from reconciliation.trust import Figure

EXAMPLE = """examples:
  manage.py clearing_trust
  manage.py clearing_trust --from 2026-03-02 --to 2026-03-08 --entity MT1 --json

exit codes: 0 nothing spoils the figure; 1 something does; 2 usage"""


class Command(BaseCommand):
    help = "By value, per payment and per batch: how much of clearing returned to zero in its due time. Every id that did not is listed."

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, epilog=EXAMPLE, formatter_class=RawDescriptionHelpFormatter, **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="start", default="", help="first business date, YYYY-MM-DD; default: six days before --to")
        parser.add_argument("--to", dest="end", default="", help="last business date; default: the entity's last day that has ended")
        parser.add_argument("--entity", default="", help="code of a legal entity; all by default")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *_: Any, start: str, end: str, entity: str, **options: Any) -> None:
        instant = now()
        try:
            found = [(each, _period(each, start, end, instant)) for each in _entities(entity)]
        except ValueError as problem:
            self.stderr.write(f"clearing_trust: {problem}")
            sys.exit(2)
        told = [_told(each, period, figure) for each, period in found for figure in trust_in_clearing(period)]
        if options["json"]:
            self.stdout.write(json.dumps({"figures": told}))
        else:
            self._tell(told)
        if any(figure["spoilers"] for figure in told):
            sys.exit(1)

    def _tell(self, told: list[dict[str, Any]]) -> None:
        for figure in told:
            share = f"{figure['percent']} %" if figure["percent"] else "nothing was due"
            self.stdout.write(f"{figure['entity']} {figure['currency']} {figure['from']} to {figure['to']}: {share}")
            for each in figure["spoilers"]:
                self.stdout.write(f"  {each['id']} {each['why']}: {each['rest_minor']} of {each['value_minor']}, due {each['due_date']}")


def _entities(code: str) -> list[LegalEntity]:
    entities = list(LegalEntity.objects.filter(code=code) if code else LegalEntity.objects.order_by("code"))
    if code and not entities:
        known = ", ".join(LegalEntity.objects.order_by("code").values_list("code", flat=True))
        raise ValueError(f"no legal entity has the code {code!r}; there are: {known or 'none'}")
    return entities


def _period(entity: LegalEntity, start: str, end: str, instant: Any) -> Period:
    ended = business_date(entity, instant) - timedelta(days=1)
    last = _day(end) if end else ended
    first = _day(start) if start else last - timedelta(days=6)
    if first > last:
        raise ValueError(f"--from {first} is after --to {last}; give the earlier day first")
    return Period(entity.pk, first, last, ended)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date; write it as 2026-03-09") from None


def _told(entity: LegalEntity, period: Period, figure: Figure) -> dict[str, Any]:
    return {
        "entity": entity.code, "from": period.start.isoformat(), "to": period.end.isoformat(), "currency": figure.asset,
        "percent": figure.percent, "units": figure.units, "value_minor": figure.value_minor, "good_minor": figure.good_minor,
        "waiting_minor": figure.waiting_minor,
        "spoilers": [
            {
                "id": each.unit.id, "kind": each.unit.kind, "why": each.why.value, "value_minor": each.unit.value_minor,
                "rest_minor": each.unit.rest_minor, "due_date": each.unit.due_on.isoformat(),
            }
            for each in figure.spoilers
        ],
    }  # fmt: skip
