"""What people ask of a simulated day first: how its deposits ended."""

from collections import Counter

from django.db.models import Count

from cashier.models import Attempt, DepositIntent
from ledger.models import Transition

State = DepositIntent.State


def headline(run_id: str, *, asked: int, tally: Counter[str]) -> dict[str, int]:
    """How the deposits of a run ended, read from the books, and what else was played, by name, as the driver counted it.

    asked = paid + declined + expired + canceled + open; `challenged` are those that were sent to their bank's page, however they ended.
    """
    intents = DepositIntent.objects.filter(pk__in=Attempt.objects.filter(payment_token__contains=run_id).values("intent"))
    ends = Counter(dict(intents.order_by().values_list("state").annotate(Count("pk"))))
    ended = {
        "paid": ends[State.CAPTURED],
        "declined": ends[State.FAILED],
        "expired": ends[State.EXPIRED],
        "canceled": ends[State.CANCELED] + ends[State.VOIDED],
    }
    sent = Transition.objects.filter(target_id__in=intents.values("pk"), to_state=State.ACTION_REQUIRED).order_by()
    return {
        "asked": asked,
        **ended,
        "open": asked - sum(ended.values()),
        "challenged": sent.values("target_id").distinct().count(),
        **{name: count for name, count in sorted(tally.items()) if not name.startswith("deposit.")},
    }
