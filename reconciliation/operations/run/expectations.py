"""What expects a line from birth (R7): captures, refunds, payouts of one merchant account, each with the instant that its window starts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from cashier.models import Capture, PayoutIntent, PayoutState, Refund, RefundState
from ledger.calendar import day_bounds
from reconciliation.models import Match
from reconciliation.operations.run.context import MerchantRun
from reconciliation.queries.currencies import currencies_of
from reconciliation.queries.rail_windows import Window, window_at

KINDS = ("capture", "refund", "payout")
LOOK_BACK = timedelta(days=60)  # an item older than this has had its case, or came from before our time
_REFUND_STATES = (RefundState.REFUND_SUBMITTED, RefundState.REFUND_PENDING, RefundState.REFUND_PROCESSED)
_PAYOUT_STATES = (PayoutState.SUBMITTED, PayoutState.SETTLED)


def overdue(step: MerchantRun, kind: str) -> Any:
    """Items of a kind whose line should have come by the end of the run's date, oldest first."""
    return _in_window(step, kind, lambda window: Q(since__lt=window.latest, since__gte=window.earliest - LOOK_BACK) & ~window.still)


def not_due(step: MerchantRun, kind: str) -> Any:
    """Items of a kind up to the run's date that still have time: carried forward by name."""
    end = day_bounds(step.account.entity, step.date)[1]
    return _in_window(step, kind, lambda window: Q(since__gte=window.earliest, since__lt=end) & window.still)


def _in_window(step: MerchantRun, kind: str, chosen_by: Callable[[Window], Q]) -> Any:
    """Unpaired items of the account; windows differ by currency and rail."""
    chosen = Q(pk__in=[])
    for currency in currencies_of(step.account):
        chosen |= Q(currency=currency) & chosen_by(window_at(kind, step.account.entity, currency, step.date))
    paired = Match.objects.filter(item_kind=kind, item_id=OuterRef("pk"), undone_at=None)
    return _items(step, kind).filter(chosen).filter(~Exists(paired)).order_by("since", "pk")


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
