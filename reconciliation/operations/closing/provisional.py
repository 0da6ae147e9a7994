"""The mini-close: the checks of a close on the day so far, at any hour, kept as provisional; nothing is frozen or changed by it (D7)."""

from datetime import date, datetime

from django.db import transaction

from ledger.actors import Actor
from ledger.calendar import business_date
from ledger.models import LegalEntity
from ledger.operations import record_audit
from ledger.refusals import Invalid
from reconciliation.models.closes import ProvisionalClose
from reconciliation.queries.checklist import checklist
from reconciliation.queries.totals import day_totals


def take_provisional_close(*, entity: LegalEntity, actor: Actor, now: datetime, day: date | None = None) -> ProvisionalClose:
    """Look at the entity's day (None: the one that runs) as its close would, and keep what was found.

    The item "day is over" is told like the others: a day that runs is not over. Raises Invalid for a day that has not begun.
    """
    today = business_date(entity, now)
    if day is not None and day > today:
        raise Invalid(f"{day} has not begun: the entity's day is {today}.", field="date", rule="not_begun")
    with transaction.atomic():
        items = [item.as_dict() for item in checklist(entity, day or today, now=now)]
        found = ProvisionalClose.objects.create(
            entity=entity, business_date=day or today, taken_at=now, taken_by_kind=actor.kind, taken_by_id=actor.id,
            missing=sum(not item["ok"] for item in items), checklist=items, totals=day_totals(entity, day or today),
        )  # fmt: skip
        detail = {"business_date": found.business_date.isoformat(), "missing": found.missing}
        target = {"target_kind": "ProvisionalClose", "target_id": found.public_id}
        record_audit(act="close.provisional", actor=actor, detail=detail, now=now, **target)
    return found
