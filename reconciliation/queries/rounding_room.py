"""What an account's batches have put to `rounding` in a month: the cap of a month is held against it."""

from django.db.models import Sum
from django.db.models.functions import Abs

from ledger.models import Entry
from reconciliation.models import SettlementBatch


def rounded_this_month(batch: SettlementBatch) -> int:
    """Units of `rounding` posted by the account's batches of the batch's month and currency, whichever way; minor units."""
    day = batch.business_date
    same = SettlementBatch.objects.filter(
        merchant_account=batch.merchant_account, currency=batch.currency, business_date__year=day.year, business_date__month=day.month
    ).select_related("merchant_account")
    refs = [each.ref for each in same if each.posted_txn]
    entries = Entry.objects.filter(account__kind="rounding", asset=batch.currency, ref__in=refs)
    return int(entries.aggregate(total=Sum(Abs("amount_minor")))["total"] or 0)
