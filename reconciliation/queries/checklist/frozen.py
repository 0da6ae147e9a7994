"""Whether every payment of the day knows what was known when it was decided (K11)."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from cashier.models import Capture, FrozenChecks, PayoutIntent, PayoutState
from reconciliation.queries.checklist.items import CheckItem, Day, capped, check_item

SENT = (PayoutState.SUBMITTED, PayoutState.SETTLED, PayoutState.RETURNED)


def checks_are_frozen(day: Day) -> CheckItem:
    """No capture of the day, and no payout asked for on it and sent, is without its frozen checks."""
    captures = _of_day(Capture.objects.filter(intent__entity=day.entity), "captured_at", day).exclude(state=Capture.State.REFUSED)
    payouts = _of_day(PayoutIntent.objects.filter(entity=day.entity, state__in=SENT), "created_at", day)
    bare = captures.filter(~Exists(FrozenChecks.objects.filter(intent=OuterRef("intent"))))
    unknown = payouts.filter(~Exists(FrozenChecks.objects.filter(payout=OuterRef("pk"))))
    deposits, lost = capped(bare.select_related("intent").order_by("captured_at", "pk"))
    sent, unsent = capped(unknown.order_by("created_at", "pk"))
    missing = [f"deposit {row.intent.public_id}: captured without frozen checks" for row in deposits]
    missing += [f"payout {row.public_id}: sent without frozen checks" for row in sent]
    count = captures.count() + payouts.count()
    return check_item(
        "frozen_checks", "Checks frozen with payments", f"{count:,} payments" if count != 1 else "1 payment", missing, count=lost + unsent
    )


def _of_day(rows: QuerySet[Any], field: str, day: Day) -> QuerySet[Any]:
    return rows.filter(**{f"{field}__gte": day.start, f"{field}__lt": day.end})
