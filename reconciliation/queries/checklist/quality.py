"""How complete, exact and timely the day's matching is, by count and by value (D2). It tells; what is wrong has its own checks."""

from collections import Counter
from decimal import Decimal

from django.db.models import F, Func, Sum

from ledger.money import money_text
from reconciliation.models import Match, SettlementBatch, SuspenseItem
from reconciliation.queries.checklist.items import CheckItem, Day, check_item

_ITEM_KINDS = ("sale", "refund", "payout", "chargeback", "reversal")


def values_are_matched(day: Day) -> CheckItem:
    """Of the value on the lines of the day's batches: how much has its item, how much of that agrees to the unit, what still waits."""
    batches = list(SettlementBatch.objects.filter(merchant_account__entity=day.entity, business_date=day.date, version=1))
    stated, unnamed, differing = _stated(batches), _unnamed(batches), _differing(batches)
    words = [
        f"{money_text(total, currency)} on lines: {_share(total - unnamed[currency], total)} has its item, "
        f"{_share(total - unnamed[currency] - differing[currency], total)} agrees"
        for currency, total in sorted(stated.items())
        if total
    ]
    waiting = Counter[str]()
    for row in day.balances:
        if row.kind == "clearing":
            waiting[row.asset] += row.total_minor
    carried = [money_text(minor, asset) for asset, minor in sorted(waiting.items()) if minor]
    figure = "; ".join([*(words[:5] or ["no lines of the day"]), f"carried forward in clearing: {' and '.join(carried[:5]) or 'nothing'}"])
    return check_item("accuracy", "Accuracy and timing by value", figure)


def _share(part: int, whole: int) -> str:
    """Never rounded up to a hundred."""
    hundredths = part * 10_000 // whole
    return f"{Decimal(hundredths) / 100} %"


def _stated(batches: list[SettlementBatch]) -> Counter[str]:
    """What the lines of payments move, either way, by currency."""
    sums: Counter[str] = Counter()
    for batch in batches:
        for name, total in batch.totals.items():
            if name.partition(":")[0] in _ITEM_KINDS:
                sums[batch.currency] += int(total["debit_minor"]) + int(total["credit_minor"])
    return sums


def _unnamed(batches: list[SettlementBatch]) -> Counter[str]:
    placed = SuspenseItem.objects.filter(placed_txn__in=[batch.posted_txn for batch in batches if batch.posted_txn], cleared_at=None)
    sums = placed.values_list("currency").annotate(total=Sum(Func(F("amount_minor"), function="abs"))).order_by()
    return Counter({currency: int(total) for currency, total in sums})


def _differing(batches: list[SettlementBatch]) -> Counter[str]:
    pairs = Match.objects.filter(batch__in=batches, line_kind="psp", undone_at=None).exclude(difference_minor=0)
    sums = pairs.values_list("currency").annotate(total=Sum(Func(F("difference_minor"), function="abs"))).order_by()
    return Counter({currency: int(total) for currency, total in sums})
