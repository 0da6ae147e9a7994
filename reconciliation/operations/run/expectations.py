"""What expects a line from birth (R7): captures, refunds, payouts of one merchant account, each with the instant that its window starts."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from cashier.models import Capture, PayoutIntent, PayoutState, Refund, RefundState
from ledger.calendar import day_bounds
from reconciliation.models import Match
from reconciliation.operations.run.context import MerchantRun
from reconciliation.queries.currencies import currencies_of
from reconciliation.queries.rail_windows import Window, window_at

Chosen = Callable[[Window], Q]
KINDS = ("capture", "refund", "payout")
LOOK_BACK = timedelta(days=60)  # an item older than this has had its case, or came from before our time
_REFUND_STATES = (RefundState.REFUND_SUBMITTED, RefundState.REFUND_PENDING, RefundState.REFUND_PROCESSED)
_PAYOUT_STATES = (PayoutState.SUBMITTED, PayoutState.SETTLED)


def overdue(step: MerchantRun, kind: str, *related: str) -> Iterator[Any]:
    """Items of a kind whose line should have come by the end of the run's date, oldest first."""
    found = _in_windows(
        step, kind, lambda window: Q(since__lt=window.earliest, since__gte=window.earliest - LOOK_BACK), lambda window: ~window.by_rail
    )
    for rows in found:
        yield from rows.select_related(*related).order_by("since", "pk")


def count_not_due(step: MerchantRun, kind: str) -> int:
    """How many items of a kind up to the run's date still have time: carried forward by name."""
    return sum(rows.count() for rows in _not_due(step, kind))


def not_due_since(step: MerchantRun, kind: str, before: datetime) -> list[Any]:
    """Those of them from before this instant."""
    return [row for rows in _not_due(step, kind) for row in rows.filter(since__lt=before).order_by("since", "pk")]


def _not_due(step: MerchantRun, kind: str) -> list[Any]:
    end = day_bounds(step.account.entity, step.date)[1]
    return _in_windows(step, kind, lambda window: Q(since__gte=window.latest, since__lt=end), lambda window: window.by_rail)


def _in_windows(step: MerchantRun, kind: str, sure: Chosen, between: Chosen) -> list[Any]:
    """Unpaired items of the account in two queries: on the sure side of every window, and between where rails differ."""
    windows = {currency: window_at(kind, step.account.entity, currency, step.date) for currency in currencies_of(step.account)}
    paired = Match.objects.filter(item_kind=kind, item_id=OuterRef("pk"), undone_at=None)
    unpaired = _items(step, kind).filter(~Exists(paired))
    asked = [_any(Q(currency=currency) & sure(window) for currency, window in windows.items())]
    differing = [(currency, window) for currency, window in windows.items() if window.earliest < window.latest]
    if differing:
        asked.append(_any(Q(currency=currency) & window.between & between(window) for currency, window in differing))
    return [unpaired.filter(chosen) for chosen in asked]


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, Q(pk__in=[]))


def _items(step: MerchantRun, kind: str) -> Any:
    of_account = {"merchant_account": step.account}
    if kind == "capture":
        return Capture.objects.filter(**of_account, state=Capture.State.SUCCEEDED).annotate(since=F("captured_at"))
    if kind == "refund":
        refunds = Refund.objects.filter(**of_account, state__in=_REFUND_STATES)
        return refunds.annotate(since=Coalesce("processed_at", "created_at"))
    payouts = PayoutIntent.objects.filter(**of_account, state__in=_PAYOUT_STATES)
    if step.account.payout_funding != step.account.PayoutFunding.SETTLEMENT:
        payouts = payouts.none()  # paid from elsewhere: no settlement line will come
    return payouts.annotate(since=Coalesce("settled_at", "created_at"))
