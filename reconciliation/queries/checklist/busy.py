"""Who moved money on which days: merchant accounts that captured, refunded or paid out."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q

from cashier.models import Capture, MerchantAccount
from ledger.calendar import day_bounds
from ledger.models import JournalTransaction, LegalEntity

PAID = ("REFUND_PROCESSED", "PAYOUT_SETTLED")


def accounts_busy_on(entity: LegalEntity, day: date) -> list[MerchantAccount]:
    """Merchant accounts of the entity that did on its business day, by code."""
    start, end = day_bounds(entity, day)
    paid = JournalTransaction.objects.filter(entity=entity, business_date=day, kind__in=PAID)
    named = {party for parties in paid.values_list("source__merchant_account", "source__payer").distinct() for party in parties}
    accounts = MerchantAccount.objects.filter(entity=entity).order_by("code")
    return [account for account in accounts if account.public_id in named or _has_captured(account, start, end)]


def busy_days(account: MerchantAccount, days: Sequence[date]) -> set[date]:
    """On which of these business days, in any order, the account did."""
    bounds, name = {day: day_bounds(account.entity, day) for day in sorted(days)}, account.public_id
    paid = JournalTransaction.objects.filter(entity=account.entity, business_date__in=days, kind__in=PAID)
    busy = {*paid.filter(Q(source__merchant_account=name) | Q(source__payer=name)).values_list("business_date", flat=True).distinct()}
    if days and _has_captured(account, bounds[min(days)][0], bounds[max(days)][1]):
        busy |= {day for day, (start, end) in bounds.items() if _has_captured(account, start, end)}
    return busy


def _has_captured(account: MerchantAccount, start: datetime, end: datetime) -> bool:
    return Capture.objects.filter(merchant_account=account, captured_at__gte=start, captured_at__lt=end).exists()
