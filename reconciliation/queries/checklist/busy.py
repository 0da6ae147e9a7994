"""Who moved money on which days: merchant accounts whose PSP has a line to report for it (R7)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q

from cashier.models import Capture, MerchantAccount
from ledger.calendar import day_bounds
from ledger.models import JournalTransaction, LegalEntity

# What a PSP does with money, beside captures, which have rows of their own. What people decide on old items moves none at the PSP.
MOVED = (
    "REFUND_PROCESSED", "DEPOSIT_LATE_REFUNDED", "HOUSE_REFUND", "REFUND_REVERSED", "PAYOUT_SETTLED", "PAYOUT_RETURNED", "DEPOSIT_RETURNED",
    "CHARGEBACK_DEBITED", "CHARGEBACK_CREDITED", "DISPUTE_AUTO_REFUNDED",
)  # fmt: skip


def accounts_busy_on(entity: LegalEntity, day: date) -> list[MerchantAccount]:
    """Merchant accounts of the entity that did on its business day, by code."""
    start, end = day_bounds(entity, day)
    moved = JournalTransaction.objects.filter(entity=entity, business_date=day, kind__in=MOVED)
    named = {party for parties in moved.values_list("source__merchant_account", "source__payer").distinct() for party in parties}
    accounts = MerchantAccount.objects.filter(entity=entity).order_by("code")
    return [account for account in accounts if account.public_id in named or _has_captured(account, start, end)]


def busy_days(account: MerchantAccount, days: Sequence[date]) -> set[date]:
    """On which of these business days, in any order, the account did."""
    bounds, name = {day: day_bounds(account.entity, day) for day in sorted(days)}, account.public_id
    moved = JournalTransaction.objects.filter(entity=account.entity, business_date__in=days, kind__in=MOVED)
    busy = {*moved.filter(Q(source__merchant_account=name) | Q(source__payer=name)).values_list("business_date", flat=True).distinct()}
    if days and _has_captured(account, bounds[min(days)][0], bounds[max(days)][1]):
        busy |= {day for day, (start, end) in bounds.items() if _has_captured(account, start, end)}
    return busy


def _has_captured(account: MerchantAccount, start: datetime, end: datetime) -> bool:
    return Capture.objects.filter(merchant_account=account, captured_at__gte=start, captured_at__lt=end).exists()
